// A bad line between one browser and the room: what goes over it waits its turn, and what waits too long is lost. It may
// lose packets besides, be long, be cut, and lead through another network.
import dgram from 'node:dgram'

const waitsMs = 300

/** Packets that share a narrow place. */
class Narrow {
  free = 0

  /** When a packet is through; undefined: it is lost. */
  through(bits, rate) {
    const now = performance.now()
    if (rate === 0) return now
    this.free = Math.max(this.free, now)
    if (this.free - now > waitsMs) return undefined
    this.free += (bits / rate) * 1000
    return this.free
  }
}

/** Sends on a socket that may be bound yet, and closed by then. */
function sender(out, port) {
  let open = true
  out.once('close', () => (open = false))
  return (bytes) => open && out.send(bytes, port, '127.0.0.1')
}

const bound = (socket) => new Promise((done) => socket.bind(0, '127.0.0.1', () => done(socket.address().port)))

/**
 * Puts the line in the way of every call of a browser's pages. `rate` is in bits a second each way; 0: as much as there is.
 * `loss` is a part of one, `delay` in ms each way. `move` is another network: from then on packets come from another address
 * and port, and nothing that is sent to the old one arrives.
 */
export async function weakLine(context) {
  const line = {
    rate: 0, loss: 0, delay: 0, cut: false, sockets: [], moved: 0,
    close: () => line.sockets.splice(0).forEach((socket) => socket.close()),
    move: () => {
      line.moved += 1
      for (const others of networks) {
        for (const out of others.values()) {
          line.sockets.splice(line.sockets.indexOf(out), 1)
          out.close()
        }
        others.clear()
      }
    },
  }
  const networks = []
  const ways = new Map()
  const there = new Narrow()
  const back = new Narrow()
  const pass = (narrow, bytes, send) => {
    if (line.cut || Math.random() < line.loss) return
    const at = narrow.through((bytes.length + 28) * 8, line.rate)
    if (at === undefined) return
    const ms = at + line.delay - performance.now()
    if (ms < 1) send(bytes)
    else setTimeout(() => !line.cut && line.sockets.length > 0 && send(bytes), ms)
  }
  const open = async (port) => {
    const socket = dgram.createSocket('udp4')
    line.sockets.push(socket)
    const others = new Map()
    networks.push(others)
    socket.on('message', (bytes, from) => {
      const key = `${from.address}:${from.port}`
      let out = others.get(key)
      if (!out) {
        out = dgram.createSocket('udp4')
        out.bind(0, `127.0.0.${2 + line.moved}`)
        out.sendAll = sender(out, port)
        line.sockets.push(out)
        others.set(key, out)
        out.on('message', (answer) => pass(back, answer, (b) => socket.send(b, from.port, from.address)))
      }
      pass(there, bytes, out.sendAll)
    })
    return bound(socket)
  }
  await context.exposeFunction('__weakLine', (port) => {
    if (!ways.has(port)) ways.set(port, open(port))
    return ways.get(port)
  })
  await context.addInitScript(() => {
    const set = RTCPeerConnection.prototype.setRemoteDescription
    RTCPeerConnection.prototype.setRemoteDescription = async function (description) {
      const lines = []
      for (const line of description.sdp.split('\r\n')) {
        const candidate = /^(a=candidate:\S+ \d+ )(\S+)( \d+ )\S+ (\d+)( typ host.*)$/.exec(line)
        if (!candidate) lines.push(line)
        else if (/^udp$/i.test(candidate[2])) lines.push(`${candidate[1]}${candidate[2]}${candidate[3]}127.0.0.1 ${await window.__weakLine(Number(candidate[4]))}${candidate[5]}`)
      }
      return set.call(this, { type: description.type, sdp: lines.join('\r\n') })
    }
  })
  return line
}
