import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { NoticeRow, ShopStep } from "../../ipc/model";
import { openWindow } from "../../testing/open-window";

function judgedNotice(number: string): NoticeRow {
  return {
    id: 1,
    received_at: 1,
    kind: "payment",
    profile: "builtin",
    verdict: "accepted",
    checks: [{ name: "message", ok: true, detail: "" }],
    answer: "<xml>acknowledged</xml>",
    took_ms: 1,
    duplicate_of: null,
    attempt: 1,
    next_due_at: null,
    effect: "applied",
    out_trade_no: number,
    out_refund_no: null,
    decrypted: null,
  };
}

async function start() {
  await userEvent.click(await screen.findByTestId("listener-start"));
  await screen.findByTestId("listener-stop");
}

describe("notices", () => {
  it("cannot reach this machine from WeChat, and the screen says so before anything is started", async () => {
    openWindow("/notices");
    await screen.findByTestId("notices-empty");
    const said = screen.getByTestId("listener").textContent;
    for (const words of ["访问不到这台电脑", "正文一个字节都不改", "5 秒内把我们的应答原样返回"]) {
      expect(said).toContain(words);
    }
    expect(screen.getByTestId("listener").dataset.on).toBe("false");
  });

  it("arrive from the built-in gateway, are judged check by check, and are replayed", async () => {
    openWindow("/notices");
    await start();
    await userEvent.click(screen.getByTestId("notice-sample"));
    const row = await screen.findByTestId("notice-row");
    expect(row.dataset.verdict).toBe("accepted");
    await userEvent.click(row);
    expect(await screen.findAllByTestId("notice-check")).toHaveLength(3);
    expect(screen.getByTestId("notice-answer").textContent).toContain("SUCCESS");
    expect(screen.getByTestId("notice-judgement").textContent).toContain("我们的应答");
    await userEvent.click(screen.getByTestId("notice-replay"));
    await waitFor(() => expect(screen.getAllByTestId("notice-forwarded")[0]?.textContent).toContain("HTTP 200"));
    await userEvent.click(screen.getByTestId("listener-stop"));
    await screen.findByTestId("listener-start");
  });

  it("say what they did to their order, and the pasted what they would do", async () => {
    openWindow("/notices", {}, ({ world }) => {
      const notice = { ...judgedNotice("20261120150405000112345678"), effect: "conflict" as const };
      world.received = [{ notice, body: "<xml/>", is_cut: false, peer: null, forward: null }];
    });
    await userEvent.click(await screen.findByTestId("notice-row"));
    expect((await screen.findByTestId("notice-judgement")).textContent).toContain("对订单的作用矛盾，待人工");
  });

  it("that are pasted say which merchant's key they were checked with, and if there is none what to do", async () => {
    openWindow("/notices?tab=inspect", {}, ({ world }) => {
      const second = { name: "second", mch_id: "1900000002", builtin: false };
      world.profiles.push(...world.profiles.map((one) => ({ ...one, ...second })));
    });
    const paste = async (mch_id: string) => {
      const input = await screen.findByTestId("notice-paste");
      await userEvent.clear(input);
      await userEvent.paste(`<xml><mch_id>${mch_id}</mch_id><out_trade_no>T20240102</out_trade_no>good</xml>`);
      await userEvent.click(screen.getByTestId("notice-inspect"));
    };
    await paste("1900000002");
    expect((await screen.findByTestId("notice-profile")).textContent).toContain("second");
    await paste("1900000009");
    await screen.findByText(/没有商户号/);
    expect(screen.queryByTestId("notice-profile")).toBeNull();
  });

  it("that are pasted are judged and not kept", async () => {
    const { desk } = openWindow("/notices?tab=inspect");
    const paste = await screen.findByTestId("notice-paste");
    await userEvent.click(paste);
    await userEvent.paste("<xml><out_trade_no>T20240102</out_trade_no></xml>");
    await userEvent.click(screen.getByTestId("notice-inspect"));
    const judged = await screen.findByTestId("notice-judgement");
    expect(judged.dataset.verdict).toBe("refused");
    expect(judged.textContent).toContain("我们会这样应答");
    expect(screen.getByTestId("notice-answer").textContent).toContain("FAIL");
    expect(screen.queryByTestId("notice-effect")).toBeNull();
    expect(desk.world.received).toHaveLength(0);
    await userEvent.clear(paste);
    await userEvent.paste("<xml><out_trade_no>T20240102</out_trade_no>good</xml>");
    await userEvent.click(screen.getByTestId("notice-inspect"));
    const effect = await screen.findByTestId("notice-effect");
    expect(effect.closest("[data-testid=notice-judgement]")?.textContent).toContain("对订单会有的作用已采用");
  });

  it("of the mini program's orders stand in the drawn sequence, and the shop warns that it is for testing", async () => {
    const { desk } = openWindow("/notices?tab=shop", {}, ({ world }) => {
      const step = { at: 1, out_trade_no: null, request: "GET", answer: "{}", exchanges: [], ok: true };
      world.shopSteps = [
        { ...step, id: 2, at: 2, kind: "prepay" },
        { ...step, id: 1, kind: "login" },
      ];
    });
    const steps = await screen.findAllByTestId("shop-step");
    expect(steps.map((one) => one.dataset.kind)).toEqual(["prepay", "login"]);
    await userEvent.click(await screen.findByTestId("listener-shop"));
    await screen.findByText(/仅供测试/);
    await start();
    await screen.findByTestId("shop-on");
    expect(desk.world.listener?.shop).toBe(desk.world.settings.active_profile);
  });

  describe("and what else belongs to an order of the mini program", () => {
    const number = "20261120150405000112345678";
    const own = { out_trade_no: number, request: null, answer: null, exchanges: [], ok: true };
    const placing = { path: "/pay/unifiedorder", request: "<xml>sent</xml>", answer: "<xml>prepay_id</xml>" };
    const asking = { path: "/pay/orderquery", request: "<xml>asked</xml>", answer: "<xml>trade_state</xml>" };
    const session = {
      path: "/sns/jscode2session",
      request: "GET https://api.weixin.qq.com/sns/jscode2session?secret=…&js_code=…",
      answer: '{"session_key":"…","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}',
    };
    const lost = { path: "/pay/orderquery", request: null, answer: null };
    const steps: ShopStep[] = [
      { ...own, id: 4, at: 6, kind: "state", request: "GET state", answer: "{paid}", exchanges: [asking] },
      { ...own, id: 91, at: 5, kind: "query", exchanges: [asking] },
      { ...own, id: 7, at: 4, kind: "notify", request: "<xml>notified</xml>", answer: "<xml>acknowledged</xml>" },
      { ...own, id: 3, at: 3, kind: "params", request: "wx.requestPayment", answer: "{paySign}" },
      { ...own, id: 2, at: 2, kind: "prepay", request: "POST prepay", answer: "{200}", exchanges: [placing] },
      { ...own, id: 1, at: 1, kind: "login", exchanges: [session] },
    ];

    it("is drawn with the bytes of each step", async () => {
      openWindow("/notices?tab=shop", {}, ({ world }) => {
        world.shopSteps = steps;
      });
      await screen.findByText("<xml>notified</xml>");
      const drawn = screen.getAllByTestId("shop-step");
      expect(drawn.map((one) => one.dataset.kind)).toEqual(["state", "query", "notify", "params", "prepay", "login"]);
      const said = drawn.map((one) => one.textContent ?? "");
      const words = [
        "{paid}",
        "<xml>asked</xml>",
        "<xml>acknowledged</xml>",
        "{paySign}",
        "<xml>sent</xml>",
        '"session_key":"…"',
      ];
      for (const [place, word] of words.entries()) expect(said[place]).toContain(word);
      const paths = screen.getAllByTestId("shop-exchange").map((one) => one.dataset.path);
      expect(paths).toEqual(["/pay/orderquery", "/pay/orderquery", "/pay/unifiedorder", "/sns/jscode2session"]);
    });

    it("is asked for by the order, and the newest order is followed until another is picked", async () => {
      const { desk } = openWindow("/notices?tab=shop", {}, ({ world }) => {
        const later = Array.from({ length: 40 }, (_, at) => ({
          ...own,
          id: 400 - at,
          at: 400 - at,
          kind: "state",
          out_trade_no: `T20261120150405_${at}`,
        }));
        world.shopSteps = [...later, ...steps];
      });
      const shown = async () => (await screen.findByTestId("shop-steps")).dataset.outTradeNo;
      expect(await shown()).toBe("T20261120150405_0");
      await userEvent.click(screen.getByText(number));
      await waitFor(async () => expect(await shown()).toBe(number));
      expect(screen.getAllByTestId("shop-step")).toHaveLength(6);
      desk.world.shopSteps.unshift({ ...own, id: 500, at: 500, kind: "state", out_trade_no: "T20261120150405_new" });
      desk.world.changed(["notices"]);
      await screen.findByText("T20261120150405_new");
      expect(await shown()).toBe(number);
      await userEvent.click(screen.getByTestId("shop-newest"));
      await waitFor(async () => expect(await shown()).toBe("T20261120150405_new"));
    });

    it("grows by each question of this desk, also by one whose answer was lost", async () => {
      const { desk } = openWindow("/notices?tab=shop", {}, ({ world }) => {
        world.shopSteps = steps;
      });
      await screen.findAllByTestId("shop-step");
      desk.world.shopSteps = [{ ...own, id: 92, at: 7, kind: "query", exchanges: [lost], ok: false }, ...steps];
      desk.world.changed(["polling"]);
      await waitFor(() => expect(screen.getAllByTestId("shop-step")).toHaveLength(7));
      const said = screen.getAllByTestId("shop-step")[0]?.textContent;
      expect(said).toContain("本机查单");
      expect(said).toContain("没有收到应答");
    });
  });

  it("stay on this machine, and the shop is opened to others only once a person agreed in the core's dialog", async () => {
    const { desk } = openWindow("/notices", {}, ({ world }) => {
      world.personAgrees = false;
    });
    await userEvent.click(await screen.findByTestId("listener-shop"));
    await userEvent.click(screen.getByTestId("listener-wide"));
    await screen.findByText(/不需要密码/);
    await userEvent.click(screen.getByTestId("listener-start"));
    await waitFor(() => expect(screen.getByTestId("listener-start").className).not.toContain("loading"));
    expect(desk.world.listener).toBeNull();
    desk.world.personAgrees = true;
    await start();
    expect((await screen.findByTestId("shop-wide")).textContent).toContain("http://0.0.0.0:8130");
    expect(desk.world.listener?.url).toContain("127.0.0.1");
  });

  describe("that came twice", () => {
    const number = "20261120150405000112345678";
    const body = "<xml>notified</xml>";
    const kept = (part: Partial<NoticeRow>) => ({
      notice: { ...judgedNotice(number), ...part },
      body,
      is_cut: false,
      peer: null,
      forward: null,
    });

    it("lead to the first one, also where it stands beyond the page that is loaded", async () => {
      openWindow("/notices", {}, ({ world }) => {
        const between = Array.from({ length: 250 }, (_, at) => kept({ id: 400 - at }));
        world.received = [kept({ id: 500, verdict: "duplicate", duplicate_of: 7 }), ...between, kept({ id: 7 })];
      });
      const [row] = await screen.findAllByTestId("notice-row");
      await userEvent.click(row as HTMLElement);
      expect((await screen.findByTestId("notice-id")).textContent).toBe("500");
      await userEvent.click(within(screen.getByTestId("notice-detail")).getByText("与通知 7 相同"));
      await waitFor(() => expect(screen.getByTestId("notice-id").textContent).toBe("7"));
      expect(screen.getByTestId("notice-judgement").dataset.verdict).toBe("accepted");
    });

    it("lead there from their row too, which does not open itself", async () => {
      openWindow("/notices", {}, ({ world }) => {
        world.received = [kept({ id: 2, verdict: "duplicate", duplicate_of: 1 }), kept({ id: 1 })];
      });
      await userEvent.click(await screen.findByTestId("notice-same-as"));
      expect((await screen.findByTestId("notice-id")).textContent).toBe("1");
    });

    it("lead there from a pasted one", async () => {
      openWindow("/notices?tab=inspect", {}, ({ world }) => {
        world.received = [kept({ id: 1 })];
      });
      await userEvent.click(await screen.findByTestId("notice-paste"));
      await userEvent.paste(`<xml><out_trade_no>${number}</out_trade_no>good</xml>`);
      await userEvent.click(screen.getByTestId("notice-inspect"));
      await userEvent.click(await screen.findByTestId("notice-same-as"));
      expect((await screen.findByTestId("notice-id")).textContent).toBe("1");
    });

    it("show which one came first, when the next attempt is due, and the refund that req_info holds", async () => {
      openWindow("/notices?notice=3", {}, ({ world }) => {
        const decrypted: [string, string][] = [
          ["out_refund_no", "R20261120000001"],
          ["refund_fee", "1990"],
        ];
        const next_due_at = Date.parse("2026-11-20T15:04:20+08:00");
        world.received = [
          kept({ id: 3, kind: "refund", verdict: "duplicate", duplicate_of: 1, attempt: 3, next_due_at, decrypted }),
          kept({ id: 1, kind: "refund" }),
        ];
      });
      const said = (await screen.findByTestId("notice-judgement")).textContent;
      expect(said).toContain("与通知 1 相同");
      expect(said).toContain("第 3 次");
      expect(said).toContain("下次重发2026-11-20 15:04:20");
      expect(said).toContain("req_info 里的内容out_refund_noR20261120000001refund_fee1990");
      expect(said).toContain("退款通知没有签名，只当提示");
    });
  });

  it("of which only the beginning was kept offer no replay", async () => {
    openWindow("/notices", {}, ({ world }) => {
      const notice = { ...judgedNotice("20261120150405000112345678"), verdict: "refused" as const };
      world.received = [{ notice, body: "x", is_cut: true, peer: null, forward: null }];
    });
    await userEvent.click(await screen.findByTestId("notice-row"));
    await screen.findByTestId("notice-cut");
    expect(screen.queryByTestId("notice-replay")).toBeNull();
  });
});
