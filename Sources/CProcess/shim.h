// What stands between fork and exec, where nothing of Swift may run, and so is the one place with logic
// in C.
#ifndef AIRSEAL_CPROCESS_SHIM_H
#define AIRSEAL_CPROCESS_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

// unistd.h and grp.h show them with _GNU_SOURCE only.
extern int setgroups(size_t count, const gid_t *groups);
extern int setresuid(uid_t real, uid_t effective, uid_t saved);
extern int setresgid(gid_t real, gid_t effective, gid_t saved);
extern int close_range(unsigned int first, unsigned int last, int flags);
extern int pipe2(int ends[2], int flags);

// prctl is variadic. Whatever loses its parent below this process becomes its child.
static inline int airseal_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// What a program is started with, all of it made before the fork.
struct airseal_start {
    const char *path;
    char *const *arguments;
    int folder;
    int output;
    int report;
    uid_t user;
    gid_t group;
    const gid_t *groups;
    size_t group_count;
};

// The steps of a start; which one failed is what the child reports, with errno.
enum airseal_step {
    airseal_step_streams = 1,
    airseal_step_folder = 2,
    airseal_step_user = 3,
    airseal_step_limits = 4,
    airseal_step_exec = 5,
};

static inline void airseal_fail(int report, int step) {
    int told[2] = {step, errno};
    ssize_t written = write(report, told, sizeof told);
    (void)written;
    _exit(127);
}

// The child's half: only calls that are safe between fork and exec. Nothing is inherited but the
// folder to work in and the stream for both outputs.
static inline void airseal_become(const struct airseal_start *start) {
    char *const nothing[] = {NULL};
    struct rlimit none = {0, 0};
    setpgid(0, 0);
    for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
    sigset_t empty;
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0 || dup2(start->output, 1) < 0 || dup2(start->output, 2) < 0)
        airseal_fail(start->report, airseal_step_streams);
    if (fchdir(start->folder) != 0) airseal_fail(start->report, airseal_step_folder);
    // 4 is CLOSE_RANGE_CLOEXEC: the report must live until exec.
    if (close_range(3, ~0U, 4) != 0) airseal_fail(start->report, airseal_step_streams);
    if (setgroups(start->group_count, start->groups) != 0 ||
        setresgid(start->group, start->group, start->group) != 0 ||
        setresuid(start->user, start->user, start->user) != 0)
        airseal_fail(start->report, airseal_step_user);
    // No program with the set-user-ID bit gives back what was given up; nothing outlives us; what it
    // writes is not left to the umask of whoever called us.
    umask(077);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        airseal_fail(start->report, airseal_step_limits);
    execve(start->path, start->arguments, nothing);
    airseal_fail(start->report, airseal_step_exec);
}

static inline pid_t airseal_start_as(const struct airseal_start *start) {
    pid_t child = fork();
    if (child == 0) airseal_become(start);
    return child;
}

#endif
