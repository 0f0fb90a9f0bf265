// dotnet add package SKIT.FlurlHttpClient.Wechat.TenpayV2
// 地址由 Endpoint 覆盖。(The host is Endpoint.)
{{#tls}}
// 系统须信任网关的 CA，例如 (let the system trust the gateway's CA, for instance):
//   SSL_CERT_FILE="{{ca}}" dotnet run
{{/tls}}
using System;
using System.IO;
using SKIT.FlurlHttpClient.Wechat.TenpayV2;
using SKIT.FlurlHttpClient.Wechat.TenpayV2.Models;

var options = new WechatTenpayClientOptions()
{
    Endpoint = "{{url}}",
    MerchantId = "{{mch_id}}",
    MerchantSecret = File.ReadAllText("key.txt").Trim(),
{{#tls}}
    // 退款要用 (refunds need them)
    MerchantCertificateBytes = File.ReadAllBytes("{{p12}}"),
    MerchantCertificatePassword = "{{mch_id}}",
{{/tls}}
};
var client = WechatTenpayClientBuilder.Create(options).Build();
var answer = await client.ExecuteCreatePayUnifiedOrderAsync(new CreatePayUnifiedOrderRequest()
{
    AppId = "{{appid}}",
    Body = "测试商品",
    OutTradeNumber = $"T{DateTimeOffset.Now.ToUnixTimeMilliseconds()}",
    TotalFee = 101,
    ClientIp = "127.0.0.1",
    NotifyUrl = "http://127.0.0.1:8080/notify",
    TradeType = "NATIVE",
    ProductId = "P1",
});
Console.WriteLine($"{answer.ReturnCode} {answer.ReturnMessage} {answer.ErrorCode} {answer.CodeUrl}");
