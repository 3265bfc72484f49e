// Subscribers of a stream of server-sent events, in one thread: sse-load <port> <path> <subscribers> [<ids>]. A delivery costs one recv
// and one search, so that the server under measurement has the machine. The data of an event holds "~<number>~<time>~":
// events are numbered without a hole, and the time is CLOCK_MONOTONIC in nanoseconds when the event was published.
//
// With a file of ids they come back: each line holds the number of an event and its id, one line for each subscriber in turn, sent as
// Last-Event-ID. All connect within a second, whether they are answered or not. They begin behind that event, and the time
// of a delivery is counted from the connection of its subscriber.
//
// It writes "ready" when every subscriber has its answer. Then it takes lines:
//   begin <number>  forget what was counted; the next event is this one
//   count           writes the deliveries since begin
//   report <number> writes deliveries, microseconds p50, p99 and longest, missed and doubled deliveries and bytes, after this last event
// It ends with its standard input.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OPENING = 256, MARK = 64, READ = 65536, EVENTS = 512, IDS = 4096 };

struct subscriber {
    int fd;
    int answered;
    int kept;        // bytes of a mark, or of the status line, that ended with the last read
    char keep[MARK];
    int64_t next;    // the number that comes next
    int64_t opened;  // of one that comes back: when
};

struct id {
    int64_t number;
    char text[256];
};

static struct subscriber *subscribers;
static struct id ids[IDS];
static int id_count;
static int count, opened, answered;
static int epoll;
static const char *path;
static struct sockaddr_in address;
static int64_t first;
static int64_t deliveries, missed, doubled, bytes;
static uint32_t *took;  // microseconds of each delivery
static int64_t room;

static void fail(const char *what) {
    fprintf(stderr, "sse-load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void open_next(void) {
    struct subscriber *one = &subscribers[opened++];
    if (id_count > 0) {
        one->next = ids[(opened - 1) % id_count].number + 1;
        one->opened = now();
    }
    // A connection that must wait, because the server's queue is full, does not hold up the others.
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (one->fd < 0 || (connect(one->fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS))
        fail("connect");
    struct epoll_event event = { .events = EPOLLOUT, .data.ptr = one };
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, one->fd, &event) != 0)
        fail("epoll_ctl");
}

static void ask(struct subscriber *one) {
    int error;
    socklen_t length = sizeof error;
    if (getsockopt(one->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        fail("getsockopt");
    if ((errno = error) != 0)
        fail("connect");
    char request[1024], last[300] = "";
    if (id_count > 0)
        snprintf(last, sizeof last, "Last-Event-ID: %s\r\n", ids[(one - subscribers) % id_count].text);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n%s\r\n", path, last);
    if (send(one->fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
        fail("send");
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = one };
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, one->fd, &event) != 0)
        fail("epoll_ctl");
}

static void delivered(struct subscriber *one, int64_t number, int64_t published, int64_t at) {
    if (number < first)
        return;
    if (number < one->next) {
        doubled++;
        return;
    }
    missed += number - one->next;
    one->next = number + 1;
    if (deliveries == room) {
        room = room ? room * 2 : 1 << 20;
        took = realloc(took, room * sizeof *took);
        if (!took)
            fail("realloc");
    }
    took[deliveries++] = (uint32_t)((at - (one->opened ? one->opened : published)) / 1000);
}

// Takes the whole marks and returns where the rest begins.
static char *take(struct subscriber *one, char *from, char *end, int64_t at) {
    for (;;) {
        char *mark = memchr(from, '~', end - from);
        if (!mark)
            return end;
        char *middle = memchr(mark + 1, '~', end - mark - 1);
        char *last = middle ? memchr(middle + 1, '~', end - middle - 1) : NULL;
        if (!last)
            return mark;
        delivered(one, strtoll(mark + 1, NULL, 10), strtoll(middle + 1, NULL, 10), at);
        from = last + 1;
    }
}

static void read_ready(struct subscriber *one) {
    static char buffer[MARK + READ + 1];
    memcpy(buffer, one->keep, one->kept);
    ssize_t length = recv(one->fd, buffer + one->kept, READ, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length <= 0) {
        if (length == 0)
            errno = ECONNRESET;
        fail("a subscriber was ended");
    }
    char *end = buffer + one->kept + length;
    *end = 0;
    one->kept = 0;
    bytes += length;
    if (!one->answered) {
        if (!strstr(buffer, "\r\n\r\n")) {
            one->kept = (int)(end - buffer) < MARK ? (int)(end - buffer) : 0;
            memcpy(one->keep, buffer, one->kept);
            return;
        }
        if (!strstr(buffer, " 200 ")) {
            fprintf(stderr, "sse-load: the answer is %.300s\n", buffer);
            exit(1);
        }
        one->answered = 1;
        if (++answered == count) {
            puts("ready");
            fflush(stdout);
        } else if (opened < count && id_count == 0) {
            open_next();
        }
    }
    char *rest = take(one, buffer, end, now());
    one->kept = (int)(end - rest);
    if (one->kept > MARK) {
        errno = EPROTO;
        fail("a mark is too long");
    }
    memcpy(one->keep, rest, one->kept);
}

static int by_value(const void *left, const void *right) {
    uint32_t one = *(const uint32_t *)left, other = *(const uint32_t *)right;
    return (one > other) - (one < other);
}

static void command(char *line) {
    if (strncmp(line, "begin ", 6) == 0) {
        first = strtoll(line + 6, NULL, 10);
        deliveries = missed = doubled = bytes = 0;
        for (int n = 0; n < count; n++)
            subscribers[n].next = first;
        puts("begun");
    } else if (strncmp(line, "count", 5) == 0) {
        printf("%lld\n", (long long)deliveries);
    } else if (strncmp(line, "report ", 7) == 0) {
        int64_t last = strtoll(line + 7, NULL, 10), late = 0;
        for (int n = 0; n < count; n++)
            late += last + 1 - subscribers[n].next;
        qsort(took, deliveries, sizeof *took, by_value);
        printf("%lld %u %u %u %lld %lld %lld\n", (long long)deliveries, deliveries ? took[deliveries / 2] : 0, deliveries ? took[deliveries * 99 / 100] : 0,
            deliveries ? took[deliveries - 1] : 0, (long long)(missed + late), (long long)doubled, (long long)bytes);
    }
    fflush(stdout);
}

static void read_ids(const char *name) {
    FILE *file = fopen(name, "r");
    if (!file)
        fail(name);
    long long number;
    while (id_count < IDS && fscanf(file, "%lld %255s", &number, ids[id_count].text) == 2)
        ids[id_count++].number = number;
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "sse-load <port> <path> <subscribers> [<ids>]\n");
        return 2;
    }
    if (argc == 5)
        read_ids(argv[4]);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    path = argv[2];
    count = atoi(argv[3]);
    subscribers = calloc(count, sizeof *subscribers);
    epoll = epoll_create1(0);
    struct epoll_event input = { .events = EPOLLIN, .data.ptr = NULL };
    if (!subscribers || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input) != 0)
        fail("start");
    int64_t start = now();
    while (opened < count && opened < OPENING && id_count == 0)
        open_next();
    for (;;) {
        // Those that come back are spread over a second.
        while (opened < count && id_count > 0 && opened <= (now() - start) * count / 1000000000)
            open_next();
        struct epoll_event ready[EVENTS];
        int length = epoll_wait(epoll, ready, EVENTS, opened < count && id_count > 0 ? 1 : -1);
        if (length < 0 && errno != EINTR)
            fail("epoll_wait");
        for (int n = 0; n < length; n++) {
            if (ready[n].data.ptr) {
                if (ready[n].events & EPOLLOUT)
                    ask(ready[n].data.ptr);
                else
                    read_ready(ready[n].data.ptr);
                continue;
            }
            char line[128];
            ssize_t read_length = read(0, line, sizeof line - 1);
            if (read_length <= 0)
                return 0;
            line[read_length] = 0;
            command(line);
        }
    }
}
