import type { Desk } from "../desk";
import type { CauseView, DiagnosisRequest, DiagnosisView, Explanation, ReadingNote, Stretch } from "../model";
import { fakeSignature, fieldsOf, keyOf, standInDigest } from "./signature";
import { refusal, type World } from "./world";

type DiagnosisCommands = Pick<
  Desk,
  "signatureDiagnose" | "signatureStop" | "signatureDiagnoseDeep" | "signatureContexts" | "keyProbe"
>;
type Pair = [name: string, value: string];
/** What somebody's code may have done to the fields, and how it is told. */
type Mistake = { id: string; field: string; detail: string; pairs: Pair[] };

const LANGUAGES: [language: string, name: string, code: string][] = [
  ["php", "PHP", "$p = array_filter($p, fn($v) => $v !== '' && $v !== null);"],
  ["java", "Java", "map.values().removeIf(v -> v == null || v.isEmpty());"],
  ["go", "Go", 'if v == "" { continue }'],
  ["node", "Node.js", "Object.entries(p).filter(([, v]) => v !== '')"],
  ["python", "Python", "{k: v for k, v in p.items() if v != ''}"],
  ["csharp", "C#", "p.Where(kv => !string.IsNullOrEmpty(kv.Value))"],
];
const CAUSES: CauseView[] = [
  {
    id: "A1",
    title: "空值参与了签名",
    sentence: "代码把值为空的参数也拼进了待签名串；空值不参与签名。",
    level: "confirmed" as const,
  },
  {
    id: "D5",
    title: "值首尾的空格被去掉",
    sentence: "签名前去掉了值首尾的空格，发出去的却带着空格。",
    level: "confirmed" as const,
  },
].map((cause) => ({
  ...cause,
  fixes: LANGUAGES.map(([language, name, code]) => ({ language, name, code })),
  sources: ["https://developers.weixin.qq.com/community/develop/doc/example"],
}));
const CONTEXTS = [
  { word: "jsapi", endpoint: false, title: "JSAPI / 小程序调起支付" },
  { word: "pay-notify", endpoint: false, title: "支付结果通知" },
  { word: "answer", endpoint: false, title: "接口应答" },
  { word: "unifiedorder", endpoint: true, title: "统一下单" },
  { word: "orderquery", endpoint: true, title: "查询订单" },
];
const CALLS = ["WeixinJSBridge.invoke('getBrandWCPayRequest')", "wx.chooseWXPay", "wx.requestPayment"];
const STEP_MS = 20;
const STEPS = 5;

const joined = (pairs: Pair[]) =>
  [...pairs]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

function mistakesIn(pairs: Pair[]): Mistake[] {
  const filled = pairs.filter(([, value]) => value !== "");
  const empty = pairs.filter(([, value]) => value === "");
  const trimmed = filled.filter(([, value]) => value !== value.trim());
  return [
    ...empty.map(([field]) => ({
      id: "A1",
      field,
      detail: `空值 ${field} 参与了签名`,
      pairs: [...filled, [field, ""] as Pair],
    })),
    ...trimmed.map(([field]) => ({
      id: "D5",
      field,
      detail: `${field} 首尾的空格在签名前被去掉了`,
      pairs: filled.map(([name, value]): Pair => [name, name === field ? value.trim() : value]),
    })),
  ];
}

/** What both begin and end with, and what lies between. */
function aligned(left: string, right: string): Stretch[] {
  let head = 0;
  while (head < Math.min(left.length, right.length) && left[head] === right[head]) head += 1;
  let tail = 0;
  const most = Math.min(left.length, right.length) - head;
  while (tail < most && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  const same = (text: string) => ({ same: true, left: text, right: text });
  const between = {
    same: false,
    left: left.slice(head, left.length - tail),
    right: right.slice(head, right.length - tail),
  };
  return [same(left.slice(0, head)), between, same(left.slice(left.length - tail))].filter(
    (stretch) => stretch.left + stretch.right !== "",
  );
}

function contextOf(names: Set<string>): string | null {
  if (names.has("paySign")) return "jsapi";
  if (names.has("return_code")) return "answer";
  return names.has("notify_url") || names.has("total_fee") ? "unifiedorder" : null;
}

/** The first HTML damage of the text, as the core would mark it. */
function notesOf(text: string): ReadingNote[] {
  const at = text.indexOf("¬ify_url");
  if (at < 0) return [];
  const place = { start: at, end: at + 1, line: 1, column: at + 1 };
  return [{ fault: false, sentence: "网页把 &notify_url 的开头显示成了 ¬，已还原为 &notify_url", place }];
}

function diagnose(world: World, request: DiagnosisRequest): DiagnosisView {
  const report = fakeSignature(world, { ...request, mode: "verify" });
  const pairs = fieldsOf(request.input).pairs.filter(([name]) => name !== "sign" && name !== "paySign");
  const key = keyOf(world, request.key);
  const mask = key === null ? "" : `&key=••••${key.slice(-4)}`;
  const { given_sign, expected_sign } = report;
  const compares = given_sign !== null && expected_sign !== null;
  const found = compares
    ? mistakesIn(pairs).find((one) => standInDigest(`${joined(one.pairs)}&key=${key}`) === given_sign)
    : undefined;
  const valid = compares && given_sign === expected_sign;
  const context = request.context ?? contextOf(new Set(report.fields.map((field) => field.name)));
  const explanations = found && !valid ? [explanationOf(found, mask, report.string_to_sign)] : [];
  const open = compares && !valid && !found;
  const next = !expected_sign
    ? "give_the_key"
    : !given_sign
      ? "give_the_sign"
      : valid
        ? "look_beyond_the_sign"
        : found
          ? "change_the_code"
          : "probe_the_key";
  const given = (name: string) => pairs.find(([one]) => one === name)?.[1] ?? null;
  return {
    verdict: valid ? "valid" : found ? "explained" : given_sign === null ? "malformed" : "unexplained",
    sign_type: report.sign_type,
    given_sign,
    expected_sign,
    string_to_sign: report.string_to_sign,
    context,
    explanations,
    warnings: pairs
      .filter(([, value]) => value === "")
      .map(([field]) => ({ cause: "A1", rule: "empty_value", field, detail: `${field} 是空值`, severity: "hint" })),
    causes: CAUSES,
    differences: request.sent ? differences(pairs, fieldsOf(request.sent).pairs) : [],
    excluded: {
      tried: open ? 12345 : 0,
      stages: open
        ? [
            { stage: "singles", tried: 2345 },
            { stage: "pairs", tried: 10000 },
          ]
        : [],
      keys: open ? ["builtin"] : [],
      subsets_of: open ? pairs.length : null,
      limits: pairs.length > 20 ? ["字段太多，没有尝试所有子集：只试了缺 1 至 4 个、或只签 1 至 3 个字段"] : [],
      stopped: false,
    },
    next,
    next_sentence: open ? "用密钥探测确认商户号与密钥是否配套" : "照上面的说明做",
    reading: request.return_msg ? { sentence: "网关说签名错误", causes: ["E1"] } : null,
    hints: [],
    calls:
      context === "jsapi"
        ? CALLS.map((title) => ({
            title,
            sign_name: "paySign",
            fields: ["appId", "nonceStr", "package", "signType", "timeStamp"].map((name) => ({
              signed_as: name,
              passed_as: name === "timeStamp" && title === "wx.chooseWXPay" ? "timestamp" : name,
              value: given(name),
              meaning: name,
            })),
          }))
        : [],
    key_proof: request.refund_notice ? { proven: true, key: "builtin", sentence: "密钥已证实", pitfalls: [] } : null,
    notes: notesOf(request.input),
    sent_notes: [],
    redacted_report: `# 签名诊断\n- 算法 ${report.sign_type}`,
  };
}

function explanationOf({ id, field, detail, pairs }: Mistake, mask: string, right: string): Explanation {
  const string = `${joined(pairs)}${mask}`;
  return {
    proof: "hash",
    causes: [id],
    changes: [{ cause: id, field, detail }],
    alternatives: [],
    key: null,
    string_to_sign: string,
    aligned: aligned(string, right),
  };
}

function differences(signed: Pair[], sent: Pair[]): DiagnosisView["differences"] {
  const other = new Map(sent);
  return signed
    .filter(([name, value]) => other.get(name) !== value)
    .map(([name, value]) => {
      const theirs = other.get(name) ?? null;
      return { name, signed: value, sent: theirs, aligned: theirs === null ? [] : aligned(value, theirs) };
    });
}

/** The search for causes over a stand-in digest: it knows two mistakes, and takes its time when it is asked to. */
export function fakeDiagnosis(world: World): DiagnosisCommands {
  // Far from the numbers of other long work.
  let jobs = 1_000_000;
  return {
    signatureDiagnose: async (request) => diagnose(world, request),
    signatureStop: async () => null,
    signatureContexts: async () => CONTEXTS,
    async signatureDiagnoseDeep(request, onProgress) {
      jobs += 1;
      const job = jobs;
      let stopped = false;
      for (let step = 1; step <= STEPS && !stopped; step += 1) {
        onProgress({ job, tried: step * 1000, stage: "triples", percent: step * 20 });
        await new Promise((resolve) => setTimeout(resolve, STEP_MS));
        stopped = world.cancelled.has(job);
      }
      const found = diagnose(world, request);
      return { ...found, excluded: { ...found.excluded, tried: found.excluded.tried + 5000, stopped } };
    },
    async keyProbe(profile, confirmation) {
      if (confirmation !== `probe_key ${profile}`) throw refusal("confirmation_required", "no such token");
      return {
        verdict: "key_right",
        sentence: "密钥正确：网关的应答用这个密钥验签通过。",
        causes: [],
        out_trade_no: "KEYPROBE0123456789abcdef01234567",
        took_ms: 12,
      };
    },
  };
}
