import Glibc

/// Tells the runs of a living process from those that a dead one left behind.
///
/// Every process that has a workspace open holds a lock on one byte of a file beside it; the kernel
/// lets go of it when the process ends, however it ends, so no heartbeat and no guess about process
/// ids is needed. The locks are those of an open file description (`F_OFD_SETLK`), so that two
/// workspaces inside one process are told apart as well.
final class OwnerLock {
  private var descriptor: Int32
  /// The byte that this process holds: its number as an owner of runs.
  let owner: Int64

  // <fcntl.h> shows these only under _GNU_SOURCE, which Swift's Glibc module does not set.
  private static let getLock: Int32 = 36
  private static let setLock: Int32 = 37

  /// Takes a byte that nobody holds; nil when the file cannot be made or locked.
  init?(path: String) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<64 {
      let candidate = Int64(generator.next() >> 2)
      if OwnerLock.call(OwnerLock.setLock, descriptor, candidate, Int16(F_WRLCK)) != nil {
        owner = candidate
        return
      }
    }
    Glibc.close(descriptor)
    return nil
  }

  deinit { release() }

  /// Lets go, as the end of the process would.
  func release() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Whether the process that was given `owner` still lives.
  func isAlive(_ owner: Int64) -> Bool {
    if owner == self.owner { return true }
    let state = OwnerLock.call(OwnerLock.getLock, descriptor, owner, Int16(F_WRLCK))
    // When the kernel cannot tell, nothing may be taken from anyone.
    return state.map { $0.l_type != Int16(F_UNLCK) } ?? true
  }

  private static func call(
    _ command: Int32, _ descriptor: Int32, _ byte: Int64, _ type: Int16
  ) -> flock? {
    var lock = flock()
    lock.l_type = type
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = off_t(byte)
    lock.l_len = 1
    return withUnsafeMutablePointer(to: &lock) { fcntl(descriptor, command, $0) } == 0 ? lock : nil
  }
}
