"""The programs of the benchmark: the stub upstream and the proxies in front of it."""

import getpass
import http.client
import os
import secrets
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .process import Process

NGINX_CONFIG = """\
user {user};
daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid {dir}/nginx.pid;
error_log {dir}/nginx-error.log crit;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {dir}/nginx-body;
    proxy_temp_path {dir}/nginx-proxy;
    fastcgi_temp_path {dir}/nginx-fastcgi;
    uwsgi_temp_path {dir}/nginx-uwsgi;
    scgi_temp_path {dir}/nginx-scgi;
    client_max_body_size 64m;
    client_body_buffer_size 256k;  # bodies stay in memory, as they do in a gateway
    keepalive_requests 1000000000;
    upstream stub {{
        server 127.0.0.1:{upstream};
        keepalive 512;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://stub;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;  # a stream's frames go on at once
            proxy_read_timeout 600s;
        }}
    }}
}}
"""

GATEWAY_CONFIG = """\
model_list:
{models}
general_settings:
  master_key: {key}
"""

MODEL_ENTRY = """\
  - model_name: {name}
    litellm_params:
      model: openai/{name}
      api_base: http://127.0.0.1:{upstream}/v1
      api_key: sk-upstream
"""

MODELS = ("bench", "hold", "slow-body")

GEMINI_ENTRY = """\
  - model_name: gemini
    litellm_params:
      model: gemini/gemini-2.5-flash
      api_base: http://127.0.0.1:{upstream}/v1beta
      api_key: upstream-key
"""


@dataclass
class Target:
    """Where a load goes: the stub itself or a proxy."""

    name: str
    port: int
    process: Process | None = None  # None for the direct call
    headers: tuple = ()
    is_slow: bool = False
    translates: bool = False  # knows other dialects than OpenAI's


class Stub:
    """The upstream of stub_upstream.cpp and its control requests."""

    def __init__(self, program, core, work_dir):
        self.process = Process("stub upstream", [program], core, work_dir / "stub.log",
                               stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def held(self, at_least, seconds):
        """The number of held requests, once it is `at_least` or the seconds are over."""
        try:
            return int(self._ask("GET", f"/control/held/{at_least}", seconds))
        except TimeoutError:
            return int(self._ask("GET", "/control/held/0", seconds))

    def release(self):
        self._ask("POST", "/control/release", 30)

    def _ask(self, method, path, seconds):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path)
            return connection.getresponse().read()
        finally:
            connection.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Starter:
    """Starts the proxies, all with the same upstream, core and master key."""

    def __init__(self, upstream_port, core, work_dir):
        self._upstream = upstream_port
        self._core = core
        self._dir = work_dir
        self._key = "sk-" + secrets.token_hex(16)
        self._config = work_dir / "config.yaml"
        models = "".join(MODEL_ENTRY.format(name=name, upstream=upstream_port) for name in MODELS)
        models += GEMINI_ENTRY.format(upstream=upstream_port)
        self._config.write_text(GATEWAY_CONFIG.format(models=models, key=self._key))

    def nginx(self):
        port = free_port()
        config = self._dir / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(
            dir=self._dir, port=port, upstream=self._upstream, user=getpass.getuser()))
        return self._target("nginx", ["nginx", "-e", "stderr", "-c", str(config)], port,
                            "/control/held/0", seconds=10)

    def gateway(self, program):
        port = free_port()
        target = self._target("gateway", [program, *self._options(port)], port,
                              "/health/liveliness", seconds=10)
        target.translates = True
        return target

    def litellm(self, python):
        port = free_port()
        env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR",
               "LITELLM_MODE": "PRODUCTION"}
        env.pop("DATABASE_URL", None)
        command = [Path(python).with_name("litellm"), *self._options(port), "--telemetry", "False"]
        target = self._target("LiteLLM", command, port, "/health/liveliness", seconds=90, env=env)
        target.is_slow = target.translates = True
        return target

    def _options(self, port):
        return ["--config", str(self._config), "--host", "127.0.0.1", "--port", str(port),
                "--num_workers", "1"]

    def _target(self, name, command, port, ready_path, seconds, env=None):
        process = Process(name, command, self._core, self._dir / f"{name}.log", env)
        target = Target(name, port, process, self.headers())
        try:
            process.wait_until_ready(f"http://127.0.0.1:{port}{ready_path}", seconds)
        except BaseException:
            process.stop()
            raise
        return target

    def headers(self):
        """Every request carries the key, so that all targets read the same bytes."""
        return (f"Authorization: Bearer {self._key}",)
