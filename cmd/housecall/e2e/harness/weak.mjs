// A weak line between one browser and the room: what goes over it waits its turn, and what waits too long is lost.
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

const bound = (socket) => new Promise((done) => socket.bind(0, '127.0.0.1', () => done(socket.address().port)))

/** Puts the line in the way of every call of a browser's pages. `rate` is in bits a second each way; 0: as much as there is. */
export async function weakLine(context) {
  const line = { rate: 0, sockets: [], close: () => line.sockets.splice(0).forEach((socket) => socket.close()) }
  const ways = new Map()
  const there = new Narrow()
  const back = new Narrow()
  const pass = (narrow, bytes, send) => {
    const at = narrow.through((bytes.length + 28) * 8, line.rate)
    if (at === undefined) return
    const ms = at - performance.now()
    if (ms < 1) send(bytes)
    else setTimeout(() => line.sockets.length > 0 && send(bytes), ms)
  }
  const open = async (port) => {
    const socket = dgram.createSocket('udp4')
    line.sockets.push(socket)
    const others = new Map()
    socket.on('message', (bytes, from) => {
      const key = `${from.address}:${from.port}`
      let out = others.get(key)
      if (!out) {
        out = dgram.createSocket('udp4')
        line.sockets.push(out)
        others.set(key, out)
        out.on('message', (answer) => pass(back, answer, (b) => socket.send(b, from.port, from.address)))
      }
      pass(there, bytes, (b) => out.send(b, port, '127.0.0.1'))
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
