import Glibc

/// An nginx of its own on a port of 127.0.0.1, with a temporary folder as prefix.
final class Nginx {
  static let path: String? = ["/usr/sbin/nginx", "/usr/bin/nginx"].first { access($0, X_OK) == 0 }
  static var isInstalled: Bool { path != nil }

  let folder: String
  let port: UInt16
  private var process: pid_t = 0

  /// Starts nginx with these directives in its `server` block and these in `http`; `usesTLS` listens
  /// with HTTP/2 and a certificate made by `makeCertificate`.
  init(server: String, http: String = "", usesTLS: Bool = false) {
    var template = Array("/tmp/cargo-nginx.XXXXXX".utf8CString)
    folder = String(cString: mkdtemp(&template)!)
    // Started by root, nginx reads files as another user.
    chmod(folder, 0o755)
    port = FaultyServer.freePort()
    var listen = "listen 127.0.0.1:\(port)"
    var tls = ""
    if usesTLS {
      makeCertificate()
      listen += " ssl http2"
      tls = "ssl_certificate certificate.pem; ssl_certificate_key key.pem;"
    }
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
    write(
      """
      worker_processes 1; daemon off; pid \(folder)/nginx.pid; error_log \(folder)/error.log;
      events { worker_connections 512; }
      http { access_log off; default_type application/json; \(temporary) \(http)
      server { \(listen); server_name localhost; \(tls) root \(folder); \(server) } }
      """, to: "nginx.conf")
    process = Nginx.spawn([
      Nginx.path!, "-p", folder, "-c", "\(folder)/nginx.conf", "-e", "\(folder)/error.log",
    ])
    waitUntilListening()
  }

  func stop() {
    kill(process, SIGTERM)
    waitpid(process, nil, 0)
    process = 0
    waitpid(Nginx.spawn(["/bin/rm", "-r", folder]), nil, 0)
  }

  func write(_ text: String, to name: String) {
    let file = fopen("\(folder)/\(name)", "w")!
    fputs(text, file)
    fclose(file)
  }

  var certificateFile: String { "\(folder)/certificate.pem" }

  private func makeCertificate() {
    let status = Nginx.run([
      "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
      "-nodes", "-keyout", "\(folder)/key.pem", "-out", certificateFile, "-days", "2", "-subj",
      "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
    ])
    precondition(status == 0)
  }

  private func waitUntilListening() {
    for _ in 0..<200 {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      address.sin_port = port.bigEndian
      let connected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if connected { return }
      usleep(10_000)
    }
    fatalError("nginx does not listen")
  }

  private static func run(_ arguments: [String]) -> Int32 {
    var status: Int32 = 0
    waitpid(spawn(arguments), &status, 0)
    return status
  }

  private static func spawn(_ arguments: [String]) -> pid_t {
    var process = pid_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    posix_spawn(&process, arguments[0], &actions, nil, &pointers, environ)
    return process
  }
}
