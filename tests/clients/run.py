"""Real SDKs, unmodified, against `wxpay simulator`: wechatpy in MD5, tenpay in MD5 and in HMAC-SHA256.

    python run.py --wxpay PATH [--node NODE]

The python that runs this must have requirements.txt, and this folder its node_modules. The gateway runs at sixty times
the speed of time, so that the second attempt of a notice comes after a quarter of a second.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
APPID, MCH_ID, KEY = "wx0000000000000001", "1900000001", "0123456789abcdef0123456789ABCDEF"
CLIENT_TIMEOUT_S = 90
START_TIMEOUT_S = 30


def environment():
    """Without proxies: nothing here may leave this machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


class Gateway:
    """A gateway of its own, on a port and in a folder of its own; ends with the block."""

    def __init__(self, wxpay, folder):
        self.key_file = folder / "key"
        self.key_file.write_text(KEY + "\n")
        self.token_file = folder / "control-token"
        self.process = subprocess.Popen(
            [wxpay, "simulator", "--listen", "127.0.0.1:0", "--appid", APPID, "--mch-id", MCH_ID]
            + ["--key-file", self.key_file, "--state", folder / "state", "--time-scale", "60"],
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
            self.url, self.control = started["listening"], started["control"]
            self.token_file.write_text(started["control_token"])
        except (ValueError, KeyError):
            self.__exit__()
            sys.exit(f"wxpay simulator did not start: {line!r}")
        return self

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


def run_client(name, command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=CLIENT_TIMEOUT_S, env=environment())
    if done.returncode != 0:
        sys.exit(f"{name}: FAILED\n{done.stdout}{done.stderr}")
    print(f"{name}: ok", flush=True)
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
        sys.exit(f"{name}: FAILED: wxpay pay-params signs differently\n{ours.stdout}{theirs}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wxpay", required=True)
    parser.add_argument("--node", default="node")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Gateway(options.wxpay, Path(folder)) as gateway:
        tenpay = [options.node, HERE / "tenpay" / "shop.js"]
        clients = {"wechatpy 1.8.18, MD5": [sys.executable, HERE / "wechatpy" / "shop.py"]}
        clients |= {f"tenpay 2.1.18, {name}": tenpay + ["--sign-type", name] for name in ("MD5", "HMAC-SHA256")}
        for name, command in clients.items():
            same_resign(options.wxpay, gateway, name, run_client(name, command + gateway.arguments()))


if __name__ == "__main__":
    main()
