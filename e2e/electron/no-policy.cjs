// The desktop shell with its pages' content policy taken away, for one test: what is left between a hostile script and
// the network is then the shell alone.
const Module = require('module')
const path = require('path')
const electron = require('electron')

const protocol = new Proxy(electron.protocol, {
  get(target, name) {
    if (name !== 'registerBufferProtocol') {
      const value = target[name]
      return typeof value === 'function' ? value.bind(target) : value
    }
    return (scheme, handler) =>
      target.registerBufferProtocol(scheme, (request, done) =>
        handler(request, answer => {
          const headers = { ...answer.headers }
          delete headers['content-security-policy']
          done({ ...answer, headers })
        }),
      )
  },
})
const opened = new Proxy(electron, { get: (target, name) => (name === 'protocol' ? protocol : target[name]) })
const load = Module._load
Module._load = (request, ...rest) => (request === 'electron' ? opened : load(request, ...rest))

require(path.resolve(__dirname, '..', '..', 'dist', 'electron', 'main.cjs'))
