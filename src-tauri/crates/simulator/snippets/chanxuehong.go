// go get github.com/chanxuehong/wechat
// 主机名写死在 SDK 里，用自己的 http.RoundTripper 改写。(The host is a constant: an http.RoundTripper rewrites it.)
package main

import (
{{#tls}}
	"crypto/tls"
	"crypto/x509"
{{/tls}}
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/chanxuehong/wechat/mch/core"
	"github.com/chanxuehong/wechat/mch/pay"
)

type toGateway struct {
	gateway *url.URL
	next    http.RoundTripper
}

func (to toGateway) RoundTrip(request *http.Request) (*http.Response, error) {
	request.URL.Scheme, request.URL.Host = to.gateway.Scheme, to.gateway.Host
	return to.next.RoundTrip(request)
}

func main() {
	key, err := os.ReadFile("key.txt")
	if err != nil {
		panic(err)
	}
	gateway, err := url.Parse("{{url}}")
	if err != nil {
		panic(err)
	}
	transport := &http.Transport{}
{{#tls}}
	authority, err := os.ReadFile("{{ca}}")
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	// 退款要用客户端证书 (refunds need the client certificate)
	certificate, err := tls.LoadX509KeyPair("{{cert}}", "{{key}}")
	if err != nil {
		panic(err)
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}}
{{/tls}}
	client := &http.Client{Transport: toGateway{gateway, transport}}

	shop := core.NewClient("{{appid}}", "{{mch_id}}", strings.TrimSpace(string(key)), client)
	answer, err := pay.UnifiedOrder2(shop, &pay.UnifiedOrderRequest{
		Body:           "测试商品",
		OutTradeNo:     fmt.Sprintf("T%d", time.Now().UnixNano()),
		TotalFee:       101,
		SpbillCreateIP: "127.0.0.1",
		NotifyURL:      "http://127.0.0.1:8080/notify",
		TradeType:      "NATIVE",
		ProductId:      "P1",
	})
	fmt.Println(answer, err)
}
