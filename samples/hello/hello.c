/*
 * The sample workload: answers HTTP on port 8080 and HTTPS (own self-signed certificate) on 8443 with what it is.
 * One static binary, so that its image is one layer with one file. Each connection is one request and one answer.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t stopping;

static void on_stop(int signal_number) {
  (void)signal_number;
  stopping = 1;
}

static int listen_on(int port) {
  int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = in6addr_any};
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 512) < 0) {
    perror("listen");
    exit(1);
  }
  return fd;
}

/* Names of the secrets this instance was given; never a value. */
static size_t secret_names(char *out, size_t size) {
  FILE *file = fopen("/run/secrets/platform.env", "r");
  size_t used = 0;
  char line[4096];
  out[0] = 0;
  while (file && fgets(line, sizeof line, file)) {
    char *equals = strchr(line, '=');
    if (line[0] == '#' || !equals || used + (size_t)(equals - line) + 2 > size) continue;
    used += (size_t)snprintf(out + used, size - used, "%s%.*s", used ? "," : "", (int)(equals - line), line);
  }
  if (file) fclose(file);
  return used;
}

static size_t answer(const char *request, char *out, size_t size) {
  char body[2048], names[512], host[256] = "";
  const char *version = getenv("HELLO_VERSION");
  gethostname(host, sizeof host - 1);
  secret_names(names, sizeof names);
  int healthy = strncmp(request, "GET /broken", 11) != 0;
  int length = snprintf(body, sizeof body, "hello from vt, version %s\ninstance %s\nsecrets %s\n", version ? version : "1", host,
                        names[0] ? names : "-");
  return (size_t)snprintf(out, size,
                          "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
                          healthy ? "200 OK" : "500 Internal Server Error", length, body);
}

static void serve_plain(int fd) {
  char request[4096], out[4096];
  ssize_t n = read(fd, request, sizeof request - 1);
  if (n <= 0) return;
  request[n] = 0;
  size_t length = answer(request, out, sizeof out);
  for (size_t sent = 0; sent < length;) {
    ssize_t w = write(fd, out + sent, length - sent);
    if (w < 0 && errno == EINTR) continue;
    if (w <= 0) return;
    sent += (size_t)w;
  }
  shutdown(fd, SHUT_WR);
  while (read(fd, request, sizeof request) > 0) {
  }
}

static void serve_tls(int fd, SSL_CTX *context) {
  char request[4096], out[4096];
  SSL *ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  if (SSL_accept(ssl) == 1) {
    int n = SSL_read(ssl, request, sizeof request - 1);
    if (n > 0) {
      request[n] = 0;
      SSL_write(ssl, out, (int)answer(request, out, sizeof out));
    }
    SSL_shutdown(ssl);
  }
  SSL_free(ssl);
}

static SSL_CTX *tls_context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  if (!context || !key || !certificate) return NULL;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 365L * 24 * 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *)"hello", -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  if (!X509_sign(certificate, key, EVP_sha256()) || SSL_CTX_use_certificate(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey(context, key) != 1)
    return NULL;
  return context;
}

int main(int argc, char **argv) {
  struct sigaction stop = {.sa_handler = on_stop};
  sigaction(SIGTERM, &stop, NULL);
  sigaction(SIGINT, &stop, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argc > 1 && strcmp(argv[1], "fail") == 0) {
    fprintf(stderr, "hello: asked to fail\n");
    return 3;
  }
  struct pollfd fds[2] = {{.fd = listen_on(8080), .events = POLLIN}, {.fd = -1, .events = POLLIN}};
  SSL_CTX *context = tls_context();
  if (context) {
    fds[1].fd = listen_on(8443);
  } else {
    ERR_print_errors_fp(stderr);
  }
  printf("hello version %s listens on 8080 and 8443\n", getenv("HELLO_VERSION") ? getenv("HELLO_VERSION") : "1");
  while (!stopping) {
    if (poll(fds, 2, -1) < 0) continue;
    for (int i = 0; i < 2; i++) {
      if (!(fds[i].revents & POLLIN)) continue;
      int fd = accept4(fds[i].fd, NULL, NULL, SOCK_CLOEXEC);
      if (fd < 0) continue;
      struct timeval limit = {.tv_sec = 10};
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
      pid_t child = fork();
      if (child == 0) {
        signal(SIGTERM, SIG_DFL);
        if (i == 0) {
          serve_plain(fd);
        } else {
          serve_tls(fd, context);
        }
        _exit(0);
      }
      close(fd);
    }
  }
  printf("hello stops\n");
  return 0;
}
