internal import CCurl
import Glibc

/// What a new thread runs; held by the thread.
private final class ThreadBody {
  let name: String
  let run: () -> Void

  init(name: String, run: @escaping () -> Void) {
    self.name = name
    self.run = run
  }
}

/// Starts a thread that blocks every signal: SIGPIPE, which OpenSSL's writes raise and CURLOPT_NOSIGNAL leaves to us, stays pending
/// on it and does no harm, and the process's own signals go to other threads. Nil where the system has no more threads.
func startThread(name: String, _ run: sending @escaping () -> Void) -> pthread_t? {
  let body = Unmanaged.passRetained(ThreadBody(name: name, run: run))
  var thread = pthread_t()
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  let code = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
      ccurl_name_thread(body.name)
      body.run()
      return nil
    }, body.toOpaque())
  guard code == 0 else {
    body.release()
    return nil
  }
  return thread
}

/// Starts a thread that nobody joins; false where the system has no more threads.
func startDetachedThread(name: String, _ run: sending @escaping () -> Void) -> Bool {
  guard let thread = startThread(name: name, run) else { return false }
  pthread_detach(thread)
  return true
}
