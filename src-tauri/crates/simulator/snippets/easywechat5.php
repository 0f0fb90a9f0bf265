<?php
// composer require overtrue/wechat:^5
// EasyWeChat 5 只会 MD5；地址由 http.base_uri 覆盖。(MD5 only; the host is http.base_uri.)
require 'vendor/autoload.php';

$app = EasyWeChat\Factory::payment([
    'app_id' => '{{appid}}',
    'mch_id' => '{{mch_id}}',
    // 密钥须为 32 个字符 (the key has exactly 32 characters)
    'key' => trim(file_get_contents('key.txt')),
    'notify_url' => 'http://127.0.0.1:8080/notify',
{{#tls}}
    // 退款要用 (refunds need these)
    'cert_path' => '{{cert}}',
    'key_path' => '{{key}}',
{{/tls}}
    'http' => [
        'base_uri' => '{{url}}/',
{{#tls}}
        'verify' => '{{ca}}',
{{/tls}}
    ],
]);

$order = 'T' . date('YmdHis') . random_int(1000, 9999);
print_r($app->order->unify([
    'body' => '测试商品',
    'out_trade_no' => $order,
    'total_fee' => 101,
    'trade_type' => 'NATIVE',
    'product_id' => 'P1',
]));
print_r($app->order->queryByOutTradeNumber($order));
