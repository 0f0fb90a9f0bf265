// go get github.com/go-pay/gopay
// 地址由 Client.BaseURL 覆盖，末尾须带斜杠。(The host is Client.BaseURL, with its slash at the end.)
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-pay/gopay"
	"github.com/go-pay/gopay/wechat"
)

func main() {
	key, err := os.ReadFile("key.txt")
	if err != nil {
		panic(err)
	}
	// true：不要走官方沙箱 (true keeps the official sandbox out)
	client := wechat.NewClient("{{appid}}", "{{mch_id}}", strings.TrimSpace(string(key)), true)
	client.BaseURL = "{{url}}/"
{{#tls}}
	// 退款要用；gopay 不校验服务器证书，无需 CA (refunds need it; gopay does not verify the server, so no CA is needed)
	if err := client.AddCertPkcs12FilePath("{{p12}}"); err != nil {
		panic(err)
	}
{{/tls}}

	order := fmt.Sprintf("T%d", time.Now().UnixNano())
	body := make(gopay.BodyMap)
	body.Set("nonce_str", order).
		Set("body", "测试商品").
		Set("out_trade_no", order).
		Set("total_fee", 101).
		Set("spbill_create_ip", "127.0.0.1").
		Set("notify_url", "http://127.0.0.1:8080/notify").
		Set("trade_type", "NATIVE").
		Set("product_id", "P1").
		Set("sign_type", "MD5")
	answer, err := client.UnifiedOrder(context.Background(), body)
	fmt.Println(answer, err)
}
