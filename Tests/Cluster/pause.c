// The program of the image that holds a pod's namespaces: it waits to be told to end. With an argument it says that
// and ends at once, which is how "up" tries whether a pod runs.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void end(int signal_number) { _exit(signal_number == SIGTERM || signal_number == SIGINT ? 0 : 1); }

int main(int count, char **arguments) {
  if (count > 1) return puts(arguments[1]) < 0;
  signal(SIGTERM, end);
  signal(SIGINT, end);
  // As process 1 of a shared process namespace it is what orphans are left to; ignored, they need no reaping.
  signal(SIGCHLD, SIG_IGN);
  for (;;) pause();
}
