"""Real SDKs, unmodified, against `wxpay simulator`, over http and over https with its own authority and the merchant's
certificate: wechatpy in MD5, tenpay and wechatpay-axios-plugin in MD5 and in HMAC-SHA256.

    python run.py --wxpay PATH [--node NODE]

The python that runs this must have requirements.txt, and this folder its node_modules. Each SDK has a gateway of its own,
and a few of them run at a time. The gateways run at sixty times the speed of time, so that the second attempt of a notice
comes after a quarter of a second.
"""

import argparse
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
APPID, MCH_ID, KEY = "wx0000000000000001", "1900000001", "0123456789abcdef0123456789ABCDEF"
CLIENT_TIMEOUT_S = 90
START_TIMEOUT_S = 30
AT_A_TIME = 3


def environment():
    """Without proxies: nothing here may leave this machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


class Failed(Exception):
    pass


class Gateway:
    """A gateway of its own, on a port and in a folder of its own; ends with the block."""

    def __init__(self, wxpay, folder, tls):
        self.key_file = folder / "key"
        self.key_file.write_text(KEY + "\n")
        self.token_file = folder / "control-token"
        self.process = subprocess.Popen(
            [wxpay, "simulator", "--listen", "127.0.0.1:0", "--appid", APPID, "--mch-id", MCH_ID]
            + ["--key-file", self.key_file, "--state", folder / "state", "--time-scale", "60"] + (["--tls"] if tls else []),
            stdout=subprocess.PIPE, text=True, env=environment(),
        )

    def __enter__(self):
        # A gateway that never says where it listens is ended, which ends the read below.
        watchdog = threading.Timer(START_TIMEOUT_S, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline()
        watchdog.cancel()
        try:
            started = json.loads(line)
            self.url, self.control, self.tls = started["listening"], started["control"], started.get("tls", {})
            self.token_file.write_text(started["control_token"])
        except (ValueError, KeyError):
            self.__exit__()
            raise Failed(f"wxpay simulator did not start: {line!r}")
        self.leave_midnight()
        return self

    def leave_midnight(self):
        """Moves a clock on that would turn to the next day while a client runs: the bill is that of one day."""
        token, context = self.token_file.read_text(), ssl.create_default_context(cafile=self.tls.get("ca"))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

        def clock(body=None):
            headers = {"Authorization": f"Bearer {token}"}
            with opener.open(urllib.request.Request(self.control + "/clock", data=body, headers=headers), timeout=10) as answer:
                return json.load(answer)["now"]

        if clock()[11:16] >= "23:50":
            clock(b'{"advance_s": 600}')

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def arguments(self):
        return ["--url", self.url, "--appid", APPID, "--mch-id", MCH_ID, "--key-file", self.key_file] + [
            "--control", self.control, "--control-token-file", self.token_file]


def run_client(name, command, gateway):
    arguments = gateway.arguments()
    # Node has no other way to trust an authority without changing what the SDK does.
    trusting = environment() | ({"NODE_EXTRA_CA_CERTS": gateway.tls["ca"]} if gateway.tls else {})
    done = subprocess.run(command + arguments, capture_output=True, text=True, timeout=CLIENT_TIMEOUT_S, env=trusting)
    if done.returncode != 0:
        raise Failed(f"{name}: FAILED\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def same_resign(wxpay, gateway, name, result):
    """`wxpay pay-params` signs what the SDK signed, with the same nonce and time, and must come to the same paySign."""
    theirs = result["pay_params"]
    ours = subprocess.run(
        [wxpay, "pay-params", "--json", "--appid", APPID, "--prepay-id", result["prepay_id"], "--key-file", gateway.key_file]
        + ["--sign-type", theirs["signType"], "--nonce", theirs["nonceStr"], "--timestamp", theirs["timeStamp"]],
        capture_output=True, text=True, timeout=CLIENT_TIMEOUT_S, env=environment(), check=True,
    )
    if json.loads(ours.stdout)["paySign"] != theirs["paySign"]:
        raise Failed(f"{name}: FAILED: wxpay pay-params signs differently\n{ours.stdout}{theirs}")


def shop(wxpay, name, command, files, tls):
    """One SDK against a gateway of its own; `files` are the ones of its TLS that the SDK's shop takes."""
    with tempfile.TemporaryDirectory() as folder, Gateway(wxpay, Path(folder), tls) as gateway:
        given = [word for option, file in files.items() if tls for word in (f"--{option}", gateway.tls[file])]
        same_resign(wxpay, gateway, name, run_client(name, command + given, gateway))
    print(f"{name}: ok", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wxpay", required=True)
    parser.add_argument("--node", default="node")
    options = parser.parse_args()
    node = lambda folder, sign_type: [options.node, HERE / folder / "shop.js", "--sign-type", sign_type]
    pair = {"cert": "cert", "key": "key"}
    clients = [("wechatpy 1.8.18, MD5", [sys.executable, HERE / "wechatpy" / "shop.py"], {"ca": "ca"} | pair)]
    for sign_type in ("MD5", "HMAC-SHA256"):
        # OpenSSL 3, which Node is built on, reads the modern file only.
        clients.append((f"tenpay 2.1.18, {sign_type}", node("tenpay", sign_type), {"p12": "p12_modern"}))
        clients.append((f"wechatpay-axios-plugin 0.9.6, {sign_type}", node("axios-plugin", sign_type), pair))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        runs = [
            pool.submit(shop, options.wxpay, f"{name}, {'https' if tls else 'http'}", command, files, tls)
            for name, command, files in clients
            for tls in (False, True)
        ]
        failed = [str(fault) for fault in (run.exception() for run in runs) if fault]
    if failed:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    main()
