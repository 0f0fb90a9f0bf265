<?php
// composer require w7corp/easywechat:^6
// 地址由 http.base_uri 覆盖；v2 接口用 xml 请求体，sign 由 SDK 用 v2_secret_key 计算。
// (The host is http.base_uri; v2 bodies are given as xml and signed by the SDK with v2_secret_key.)
require 'vendor/autoload.php';

$app = new EasyWeChat\Pay\Application([
    'mch_id' => '{{mch_id}}',
    'v2_secret_key' => trim(file_get_contents('key.txt')),
    // v3 接口才用，这里留空 (for v3 only, empty here)
    'secret_key' => '',
    'certificate' => '',
    'private_key' => '',
    'http' => [
        'base_uri' => '{{url}}/',
{{#tls}}
        'cafile' => '{{ca}}',
        // 退款要用 (refunds need them)
        'local_cert' => '{{cert}}',
        'local_pk' => '{{key}}',
{{/tls}}
    ],
]);

$order = 'T' . date('YmdHis') . random_int(1000, 9999);
$answer = $app->getClient()->post('pay/unifiedorder', ['xml' => [
    'appid' => '{{appid}}',
    'mch_id' => '{{mch_id}}',
    'nonce_str' => bin2hex(random_bytes(16)),
    'body' => '测试商品',
    'out_trade_no' => $order,
    'total_fee' => 101,
    'spbill_create_ip' => '127.0.0.1',
    'notify_url' => 'http://127.0.0.1:8080/notify',
    'trade_type' => 'NATIVE',
    'product_id' => 'P1',
]]);
print_r($answer->toArray());
