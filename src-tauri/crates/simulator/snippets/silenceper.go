// go get github.com/silenceper/wechat/v2
// 地址由 util.SetURIModifier 改写。(The host is rewritten by util.SetURIModifier.)
package main

import (
{{#tls}}
	"crypto/tls"
	"crypto/x509"
{{/tls}}
	"fmt"
{{#tls}}
	"net/http"
{{/tls}}
	"os"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/pay"
	"github.com/silenceper/wechat/v2/pay/config"
	"github.com/silenceper/wechat/v2/pay/order"
	"github.com/silenceper/wechat/v2/util"
)

func main() {
	key, err := os.ReadFile("key.txt")
	if err != nil {
		panic(err)
	}
	util.SetURIModifier(func(uri string) string {
		return strings.Replace(uri, "https://api.mch.weixin.qq.com", "{{url}}", 1)
	})
{{#tls}}
	authority, err := os.ReadFile("{{ca}}")
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	util.DefaultHTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
{{/tls}}

	shop := pay.NewPay(&config.Config{
		AppID:     "{{appid}}",
		MchID:     "{{mch_id}}",
		Key:       strings.TrimSpace(string(key)),
		NotifyURL: "http://127.0.0.1:8080/notify",
	})
	answer, err := shop.GetOrder().PrePayOrder(&order.Params{
		TotalFee:   "101",
		CreateIP:   "127.0.0.1",
		Body:       "测试商品",
		OutTradeNo: fmt.Sprintf("T%d", time.Now().UnixNano()),
		TradeType:  "JSAPI",
		OpenID:     "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
		SignType:   "MD5",
	})
	fmt.Println(answer, err)
}
