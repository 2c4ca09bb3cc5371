// The other ends of notifications for browser tests: a mail server, an SMS gateway and a push service that
// reads what it gets as a browser does (RFC 8291).
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { createServer as http } from 'node:http'
import { createServer as tcp } from 'node:net'

const listen = async (server) => {
  await new Promise((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
  return server.address().port
}

/** Takes every mail. */
export async function mailServer() {
  const mails = []
  const server = tcp((line) => {
    let data = false
    let held = ''
    let text = ''
    const say = (words) => line.write(`${words}\r\n`)
    say('220 sink.test')
    line.on('error', () => undefined)
    line.setEncoding('utf8').on('data', (chunk) => {
      held += chunk
      for (let end; (end = held.indexOf('\r\n')) >= 0; held = held.slice(end + 2)) {
        const one = held.slice(0, end)
        if (data && one === '.') {
          data = false
          mails.push(text.replace(/\r\n[ \t]+/g, ' ').replace(/=\r\n/g, '').replace(/=3D/g, '='))
          text = ''
          say('250 ok')
        } else if (data) text += `${one}\r\n`
        else if (/^DATA/i.test(one)) {
          data = true
          say('354 go on')
        } else if (/^QUIT/i.test(one)) {
          say('221 bye')
          line.end()
        } else say('250 ok')
      }
    })
  })
  return { mails, port: await listen(server), close: () => server.close() }
}

const bodyOf = async (request) => {
  const parts = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}

/** Takes every text message. */
export async function smsGateway() {
  const texts = []
  const server = http(async (request, response) => {
    texts.push(JSON.parse((await bodyOf(request)).toString()))
    response.writeHead(202).end()
  })
  return { texts, port: await listen(server), close: () => server.close() }
}

/** A push service with one browser. */
export async function pushService() {
  const key = createECDH('prime256v1')
  const own = key.generateKeys()
  const auth = randomBytes(16)
  const pushes = []
  const derive = (secret, salt, info, n) => Buffer.from(hkdfSync('sha256', secret, salt, info, n))
  const open = (body) => {
    const salt = body.subarray(0, 16)
    const sender = body.subarray(21, 86)
    const ikm = derive(key.computeSecret(sender), auth, Buffer.concat([Buffer.from('WebPush: info\0'), own, sender]), 32)
    const cipher = createDecipheriv('aes-128-gcm', derive(ikm, salt, 'Content-Encoding: aes128gcm\0', 16), derive(ikm, salt, 'Content-Encoding: nonce\0', 12))
    cipher.setAuthTag(body.subarray(-16))
    const plain = Buffer.concat([cipher.update(body.subarray(86, -16)), cipher.final()])
    return plain.subarray(0, plain.lastIndexOf(2)).toString()
  }
  const server = http(async (request, response) => {
    const body = await bodyOf(request)
    pushes.push({ topic: request.headers.topic, vapid: request.headers.authorization, text: open(body) })
    response.writeHead(201).end()
  })
  const port = await listen(server)
  return { pushes, endpoint: `http://127.0.0.1:${port}/push/1`, p256dh: own.toString('base64url'), auth: auth.toString('base64url'), close: () => server.close() }
}
