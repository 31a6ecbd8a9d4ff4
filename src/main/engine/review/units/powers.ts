/**
 * Which paths of the standard library and of well-known crates reach outside the program: processes, network, files,
 * environment, clock, loaded libraries, memory by force. A list of words, not a proof: a name re-exported by another
 * crate is not seen here, which is why the page never says "none", only "none found".
 */
import type { UnitKind } from '../../../../shared/review-units.ts'

type Power = Extract<
  UnitKind,
  'process' | 'network' | 'file-system' | 'environment' | 'clock' | 'dynamic-loading' | 'transmute' | 'ffi'
>

/** Longest prefix wins; `std` stands for `core` and `alloc` as well. */
const PREFIXES: readonly (readonly [string, Power])[] = [
  ['std::process', 'process'],
  ['std::os::unix::process', 'process'],
  ['std::os::windows::process', 'process'],
  ['tokio::process', 'process'],
  ['async_std::process', 'process'],
  ['async_process', 'process'],
  ['smol::process', 'process'],
  ['duct', 'process'],
  ['nix::unistd', 'process'],
  ['nix::sys::signal', 'process'],
  ['rustix::process', 'process'],
  ['rustix::runtime', 'process'],

  ['std::net', 'network'],
  ['std::os::unix::net', 'network'],
  ['std::os::fd', 'file-system'],
  ['tokio::net', 'network'],
  ['async_std::net', 'network'],
  ['smol::net', 'network'],
  ['mio::net', 'network'],
  ['socket2', 'network'],
  ['hyper', 'network'],
  ['reqwest', 'network'],
  ['ureq', 'network'],
  ['curl', 'network'],
  ['attohttpc', 'network'],
  ['isahc', 'network'],
  ['minreq', 'network'],
  ['native_tls', 'network'],
  ['tungstenite', 'network'],
  ['nix::sys::socket', 'network'],
  ['rustix::net', 'network'],
  ['trust_dns_resolver', 'network'],
  ['hickory_resolver', 'network'],

  ['std::fs', 'file-system'],
  ['std::os::unix::fs', 'file-system'],
  ['std::os::windows::fs', 'file-system'],
  ['std::os::unix::io', 'file-system'],
  ['std::os::windows::io', 'file-system'],
  ['tokio::fs', 'file-system'],
  ['async_std::fs', 'file-system'],
  ['async_fs', 'file-system'],
  ['smol::fs', 'file-system'],
  ['fs_err', 'file-system'],
  ['tempfile', 'file-system'],
  ['memmap', 'file-system'],
  ['memmap2', 'file-system'],
  ['walkdir', 'file-system'],
  ['glob', 'file-system'],
  ['dirs', 'file-system'],
  ['nix::fcntl', 'file-system'],
  ['nix::sys::stat', 'file-system'],
  ['rustix::fs', 'file-system'],
  ['cap_std::fs', 'file-system'],

  ['std::env', 'environment'],
  ['dotenv', 'environment'],
  ['dotenvy', 'environment'],

  ['std::time::SystemTime', 'clock'],
  ['std::time::Instant', 'clock'],
  ['chrono::Utc', 'clock'],
  ['chrono::Local', 'clock'],
  ['time::OffsetDateTime::now_utc', 'clock'],
  ['time::OffsetDateTime::now_local', 'clock'],
  ['rustix::time', 'clock'],

  ['libloading', 'dynamic-loading'],
  ['dlopen', 'dynamic-loading'],
  ['dlopen2', 'dynamic-loading'],
  ['sharedlib', 'dynamic-loading'],

  ['std::mem::transmute', 'transmute'],
  ['std::mem::transmute_copy', 'transmute'],
  ['std::intrinsics', 'transmute'],
]

/** C functions by their own name, wherever they are declared: `libc::open`, `c::connect`, `ffi::dlopen`. */
const C_NAMES: readonly (readonly [Power, RegExp])[] = [
  [
    'process',
    /^(v?fork|exec(l|le|lp|v|ve|vp|vpe|veat)|posix_spawnp?|system|popen|kill|clone3?|ptrace|waitpid|CreateProcess(A|W)?|ShellExecute(Ex)?(A|W)?|WinExec)$/,
  ],
  [
    'network',
    /^(socket|socketpair|connect|bind|listen|accept4?|sendto|recvfrom|sendm?msg|recvm?msg|sendfile(64)?|getaddrinfo|gethostbyname|WSASocket(A|W)|WSAConnect|WSAStartup)$/,
  ],
  [
    'file-system',
    /^(open|open64|openat|openat64|openat2|creat|unlink|unlinkat|rename|renameat2?|mkdir|mkdirat|rmdir|link|linkat|symlink|symlinkat|chmod|fchmod|chown|fchown|truncate|ftruncate|opendir|readdir|mmap|mmap64|msync|mkstemp|CreateFile(A|W|2)?|DeleteFile(A|W)|MoveFile(Ex)?(A|W)|CreateFileMapping(A|W))$/,
  ],
  [
    'environment',
    /^(getenv|secure_getenv|setenv|unsetenv|putenv|environ|GetEnvironmentVariable(A|W)|SetEnvironmentVariable(A|W))$/,
  ],
  [
    'clock',
    /^(clock_gettime|gettimeofday|mach_absolute_time|clock_get_time|QueryPerformanceCounter|GetSystemTime\w*)$/,
  ],
  [
    'dynamic-loading',
    /^(dlopen|dlmopen|dlsym|dlvsym|dladdr1?|dlclose|LoadLibrary(Ex)?(A|W)?|GetProcAddress|GetModuleHandle(Ex)?(A|W)?)$/,
  ],
]
const C_HOMES =
  /^(libc|c|ffi|sys|nix|winapi|windows_sys|windows|windows_targets|rustix|linux_raw_sys|kernel32|bindings|raw|imp)$/

const BY_HEAD = new Map<string, (readonly [readonly string[], Power])[]>()
for (const [prefix, power] of PREFIXES) {
  const parts = prefix.split('::')
  const head = parts[0] ?? ''
  BY_HEAD.set(head, [...(BY_HEAD.get(head) ?? []), [parts, power] as const])
}
for (const rules of BY_HEAD.values()) rules.sort((a, b) => b[0].length - a[0].length)

/** Types and constants of these modules that do nothing by themselves. */
const HARMLESS =
  /^std::(net::(Ipv?[46]?Addr|IpAddr|Ipv4Addr|Ipv6Addr|SocketAddr(V[46])?|AddrParseError|Shutdown)|env::(consts|VarError|ArgsOs?|Vars(Os)?|JoinPathsError|SplitPaths)|fs::(FileType|Permissions|Metadata)|process::(ExitStatus|Output|ExitCode|Termination)|os::fd::\w*Fd|os::unix::io::(RawFd|AsRawFd|AsFd|BorrowedFd|OwnedFd|IntoRawFd)|os::windows::io::\w+|os::unix::net::SocketAddr)(::|$)|^libloading::Error(::|$)/

/** `CWD`, `RTLD_LAZY`: a constant does nothing by itself. */
const CONSTANT = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/
const SYSCALL_NUMBER = /^(?:SYS|__NR|NR)_(\w+)$/
/** Names that stand for this and little else wherever they are called. */
const UNMISTAKABLE =
  /^(v?fork|exec(vp?e|le|lp|ve)|posix_spawnp?|popen|ptrace|waitpid|CreateProcess(A|W)|getaddrinfo|gethostbyname|recvfrom|WSA\w+|openat2?|unlinkat|mkdirat|fchmod|fchown|ftruncate|mmap64|mkstemp|CreateFile(A|W|2|Mapping(A|W))|(secure_)?getenv|(un)?setenv|putenv|(Get|Set)EnvironmentVariable(A|W)|clock_gettime|gettimeofday|mach_absolute_time|QueryPerformanceCounter|dlm?open|dlv?sym|LoadLibrary(Ex)?(A|W)|GetProcAddress|GetModuleHandle(Ex)?(A|W)?)$/

const cPower = (name: string): Power | null => C_NAMES.find(([, names]) => names.test(name))?.[0] ?? null

/**
 * What a function called by its bare name can do: one that only a C library has, or any C name where the caller knows
 * that it is foreign (`isForeign`: declared in an `extern` block, or called in a macro that makes system calls).
 */
export function powerOfCall(name: string, isForeign: boolean): Power | null {
  return isForeign || UNMISTAKABLE.test(name) ? cPower(name) : null
}

/** `SYS_openat`, `__NR_connect`: the number of a system call; null for other names. */
export function powerOfNumber(name: string): Power | null {
  const call = SYSCALL_NUMBER.exec(name)?.[1]
  return call === undefined ? null : cPower(call)
}

/** Types and modules so well known by their last name that it counts where nothing says what it stands for. */
const KNOWN_NAMES: Readonly<Record<string, string>> = {
  File: 'std::fs::File',
  OpenOptions: 'std::fs::OpenOptions',
  Command: 'std::process::Command',
  TcpStream: 'std::net::TcpStream',
  TcpListener: 'std::net::TcpListener',
  UdpSocket: 'std::net::UdpSocket',
  UnixStream: 'std::os::unix::net::UnixStream',
  UnixListener: 'std::os::unix::net::UnixListener',
  UnixDatagram: 'std::os::unix::net::UnixDatagram',
  Instant: 'std::time::Instant',
  SystemTime: 'std::time::SystemTime',
  Library: 'libloading::Library',
  fs: 'std::fs',
  env: 'std::env',
  process: 'std::process',
}

/** What `Name::function` can do by the look of it; its certainty is `unknown`. */
export function powerOfName(name: string, last: string): Power | null {
  const home = Object.hasOwn(KNOWN_NAMES, name) ? KNOWN_NAMES[name] : undefined
  return home === undefined ? null : powerOf([...home.split('::'), last])
}

/** What a whole path (aliases resolved, no generics) can do; null when the list knows nothing about it. */
export function powerOf(path: readonly string[]): Power | null {
  const head = path[0] ?? ''
  const parts = head === 'core' || head === 'alloc' ? ['std', ...path.slice(1)] : path
  const found = BY_HEAD.get(parts[0] ?? '')?.find(([prefix]) => prefix.every((part, i) => parts[i] === part))
  const last = parts.at(-1) ?? ''
  if (last.length > 1 && CONSTANT.test(last)) return null
  if (found !== undefined) return HARMLESS.test(parts.join('::')) ? null : found[1]
  if (parts.length > 1 && parts.slice(0, -1).some(part => C_HOMES.test(part))) {
    return cPower(last)
  }
  return null
}
