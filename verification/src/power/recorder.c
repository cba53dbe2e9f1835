/*
 * Records what a process writes below one folder, and what it syncs, in one total order.
 *
 * It is preloaded into the process (LD_PRELOAD), stands between it and the C library, and appends an event to a log for each call
 * that changes a file or an entry of the folder, or makes one durable. `recording.ts` reads the log.
 *
 * Rules
 * 1. One lock is held from before a call until its event is in the log. So the order of the log is the order of the calls, and
 *    a sync covers exactly the writes before it.
 * 2. Only a call that succeeded is recorded, with the data that it wrote.
 * 3. Files are known by their inode, since they are renamed and linked. Only the folder's own entries are recorded.
 * 4. What the process writes to the file of marks is not written, but recorded: it says what the process has promised so far.
 * 5. If the log cannot be written, the process ends: a recording with a hole would show nothing.
 *
 * What it does not see: mapped memory, and calls that do not go through the C library. So `record.ts` compares the folder in the
 * end with what the log says, byte for byte, except for the memory that SQLite shares between processes (`-shm`).
 *
 * It is told by the environment:
 *   RECORDER_FOLDER       the folder
 *   RECORDER_LOG          the log
 *   RECORDER_MARKS        the path of the marks
 *   RECORDER_BOOT         a file to read instead of the kernel's name of this boot
 *   RECORDER_RANDOM       a file to read instead of /dev/urandom, so that a run can be repeated
 *   RECORDER_NO_LINKS     if set, the file system has no links
 *   RECORDER_FAILING_SYNC which of the process's syncs fails with EIO, counted from 1; none if absent
 *   RECORDER_HIDES_FAILURE  if set, that sync claims to have succeeded: a defect that must be detected
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* The kinds of events. `recording.ts` has the same numbers. */
enum { CREATE = 1, WRITE, TRUNCATE, SYNC, SYNC_FAILED, SYNC_FOLDER, LINK, RENAME, UNLINK, MARK, UNSUPPORTED };

/* What precedes each event's name and data in the log. */
struct header {
  uint32_t kind, name_bytes;
  uint64_t inode, offset, data_bytes;
};

/* What a file descriptor leads to. */
enum { OTHER = 0, FILE_OF_FOLDER, FOLDER, MARKS };
#define MAX_DESCRIPTORS 4096
static struct { int leads_to; ino_t inode; } descriptors[MAX_DESCRIPTORS];

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *marks, *boot, *random_source;
static int log_fd = -1, failing_sync, syncs;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void lock(void) { pthread_mutex_lock(&mutex); }
static void unlock(void) { int error = errno; pthread_mutex_unlock(&mutex); errno = error; }

__attribute__((constructor)) static void start(void) {
  folder = getenv("RECORDER_FOLDER");
  marks = getenv("RECORDER_MARKS");
  boot = getenv("RECORDER_BOOT");
  random_source = getenv("RECORDER_RANDOM");
  const char *log = getenv("RECORDER_LOG"), *failing = getenv("RECORDER_FAILING_SYNC");
  failing_sync = failing ? atoi(failing) : 0;
  if (!folder || !log) return;
  log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_fd < 0) abort();
}

static void append(int kind, const char *name, ino_t inode, uint64_t offset, const void *data, size_t bytes) {
  struct header header = { kind, name ? strlen(name) : 0, inode, offset, bytes };
  struct iovec parts[] = { { &header, sizeof header }, { (void *)name, header.name_bytes }, { (void *)data, bytes } };
  ssize_t expected = sizeof header + header.name_bytes + bytes;
  if (REAL(writev)(log_fd, parts, 3) != expected) abort();
}

/* The absolute path of a name that is relative to an open folder. */
static const char *absolute(int at, const char *path, char *buffer) {
  if (path[0] == '/') return path;
  char link[64], base[PATH_MAX];
  snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
  ssize_t length = readlink(link, base, sizeof base - 1);
  if (length < 0) return path;
  base[length] = 0;
  if (snprintf(buffer, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return path;
  return buffer;
}

/* The name of an entry of the folder, or nothing for any other path. */
static const char *entry_of(const char *path) {
  size_t length = folder ? strlen(folder) : 0;
  if (log_fd < 0 || strncmp(path, folder, length) != 0 || path[length] != '/') return NULL;
  return path + length + 1;
}

static int leads_to(int fd) { return fd >= 0 && fd < MAX_DESCRIPTORS ? descriptors[fd].leads_to : OTHER; }

static void remember(int fd, int leads_to, ino_t inode) {
  if (fd < 0) return;
  if (fd >= MAX_DESCRIPTORS) abort();
  descriptors[fd].leads_to = leads_to;
  descriptors[fd].inode = inode;
}

/* --- Opening and closing. */

static int open_entry(int at, const char *path, const char *entry, int flags, mode_t mode) {
  struct stat found;
  lock();
  int existed = fstatat(at, path, &found, 0) == 0;
  off_t size = existed ? found.st_size : 0;
  int fd = REAL(openat)(at, path, flags, mode);
  if (fd >= 0 && fstat(fd, &found) == 0 && S_ISREG(found.st_mode)) {
    if (!existed) append(CREATE, entry, found.st_ino, 0, NULL, 0);
    if (existed && (flags & O_TRUNC) && size > 0) append(TRUNCATE, NULL, found.st_ino, 0, NULL, 0);
    remember(fd, FILE_OF_FOLDER, found.st_ino);
  }
  unlock();
  return fd;
}

static int open_any(int at, const char *given, int flags, mode_t mode) {
  char buffer[PATH_MAX];
  const char *path = absolute(at, given, buffer);
  if (boot && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0) return REAL(openat)(at, boot, flags, mode);
  if (random_source && strcmp(path, "/dev/urandom") == 0) return REAL(openat)(at, random_source, flags, mode);
  const char *entry = entry_of(path);
  if (entry) return open_entry(at, path, entry, flags, mode);
  int fd = REAL(openat)(at, given, flags, mode);
  if (log_fd >= 0 && strcmp(path, folder) == 0) remember(fd, FOLDER, 0);
  if (log_fd >= 0 && marks && strcmp(path, marks) == 0) remember(fd, MARKS, 0);
  return fd;
}

#define MODE_OF(flags) \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE_OF(flags) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags) return open_any(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE_OF(flags) return open_any(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE_OF(flags) return open_any(at, path, flags, mode); }

int close(int fd) {
  if (leads_to(fd) != OTHER) remember(fd, OTHER, 0);
  return REAL(close)(fd);
}

/* --- Changing what a file holds. */

static void record_write(int fd, off_t offset, const void *data, ssize_t bytes) {
  if (bytes > 0) append(WRITE, NULL, descriptors[fd].inode, offset, data, bytes);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) {
  if (leads_to(fd) != FILE_OF_FOLDER) return REAL(pwrite64)(fd, data, bytes, offset);
  lock();
  ssize_t written = REAL(pwrite64)(fd, data, bytes, offset);
  record_write(fd, offset, data, written);
  unlock();
  return written;
}
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) { return pwrite64(fd, data, bytes, offset); }

ssize_t write(int fd, const void *data, size_t bytes) {
  int target = leads_to(fd);
  if (target != FILE_OF_FOLDER && target != MARKS) return REAL(write)(fd, data, bytes);
  lock();
  ssize_t written = bytes;
  if (target == MARKS) append(MARK, NULL, 0, 0, data, bytes);
  else {
    written = REAL(write)(fd, data, bytes);
    record_write(fd, lseek(fd, 0, SEEK_CUR) - written, data, written);
  }
  unlock();
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (leads_to(fd) == OTHER) return REAL(writev)(fd, parts, count);
  ssize_t total = 0;
  for (int part = 0; part < count; part++) {
    ssize_t written = write(fd, parts[part].iov_base, parts[part].iov_len);
    if (written < 0) return total > 0 ? total : written;
    total += written;
  }
  return total;
}

int ftruncate64(int fd, off64_t size) {
  if (leads_to(fd) != FILE_OF_FOLDER) return REAL(ftruncate64)(fd, size);
  lock();
  int result = REAL(ftruncate64)(fd, size);
  if (result == 0) append(TRUNCATE, NULL, descriptors[fd].inode, size, NULL, 0);
  unlock();
  return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

/* --- Making it durable. */

static int sync_with(int (*real)(int), int fd) {
  int target = leads_to(fd);
  if (target != FILE_OF_FOLDER && target != FOLDER) return real(fd);
  lock();
  int result = real(fd);
  if (result == 0 && ++syncs == failing_sync) {
    append(SYNC_FAILED, NULL, descriptors[fd].inode, 0, NULL, 0);
    if (!getenv("RECORDER_HIDES_FAILURE")) { result = -1; errno = EIO; }
  } else if (result == 0) append(target == FOLDER ? SYNC_FOLDER : SYNC, NULL, descriptors[fd].inode, 0, NULL, 0);
  unlock();
  return result;
}

int fsync(int fd) { return sync_with(REAL(fsync), fd); }
int fdatasync(int fd) { return sync_with(REAL(fdatasync), fd); }

/* --- Changing the entries of the folder. */

static int is_entry(int at, const char *path, char *buffer, const char **entry) {
  *entry = entry_of(absolute(at, path, buffer));
  return *entry != NULL;
}

int unlinkat(int at, const char *path, int flags) {
  char buffer[PATH_MAX];
  const char *entry;
  if (!is_entry(at, path, buffer, &entry)) return REAL(unlinkat)(at, path, flags);
  lock();
  int result = REAL(unlinkat)(at, path, flags);
  if (result == 0) append(UNLINK, entry, 0, 0, NULL, 0);
  unlock();
  return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int remove(const char *path) {
  char buffer[PATH_MAX];
  const char *entry;
  return is_entry(AT_FDCWD, path, buffer, &entry) ? unlink(path) : REAL(remove)(path);
}

/* An event of two names has both of them, with a line feed between. */
static int record_two(int kind, const char *from, const char *to, int (*real)(const char *, const char *)) {
  char buffers[2][PATH_MAX], names[2 * PATH_MAX];
  const char *entries[2];
  int inside = is_entry(AT_FDCWD, from, buffers[0], &entries[0]) + is_entry(AT_FDCWD, to, buffers[1], &entries[1]);
  if (inside == 0) return real(from, to);
  lock();
  struct stat found = { 0 };
  int result = real(from, to);
  if (result == 0) {
    stat(to, &found);
    if (inside == 2) snprintf(names, sizeof names, "%s\n%s", entries[0], entries[1]);
    append(inside == 2 ? kind : UNSUPPORTED, inside == 2 ? names : "a name of another folder", found.st_ino, 0, NULL, 0);
  }
  unlock();
  return result;
}

int rename(const char *from, const char *to) { return record_two(RENAME, from, to, REAL(rename)); }

int link(const char *from, const char *to) {
  if (!getenv("RECORDER_NO_LINKS")) return record_two(LINK, from, to, REAL(link));
  errno = EPERM;
  return -1;
}

int mkdir(const char *path, mode_t mode) {
  char buffer[PATH_MAX];
  const char *entry;
  if (is_entry(AT_FDCWD, path, buffer, &entry)) append(UNSUPPORTED, "a folder in the folder", 0, 0, NULL, 0);
  return REAL(mkdir)(path, mode);
}
