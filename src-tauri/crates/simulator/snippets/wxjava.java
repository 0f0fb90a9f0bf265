// com.github.binarywang:weixin-java-pay:4.7.0
// 地址由 payBaseUrl 覆盖。(The host is payBaseUrl.)
{{#tls}}
// JVM 须信任网关的 CA (let the JVM trust the gateway's CA):
//   keytool -importcert -noprompt -alias wxpay-gateway -file "{{ca}}" -keystore gateway.jks -storepass changeit
//   java -Djavax.net.ssl.trustStore=gateway.jks Shop
{{/tls}}
import com.github.binarywang.wxpay.bean.request.WxPayUnifiedOrderRequest;
import com.github.binarywang.wxpay.config.WxPayConfig;
import com.github.binarywang.wxpay.service.impl.WxPayServiceImpl;
import java.nio.file.Files;
import java.nio.file.Path;

public class Shop {
    public static void main(String[] arguments) throws Exception {
        WxPayConfig config = new WxPayConfig();
        config.setPayBaseUrl("{{url}}");
        config.setAppId("{{appid}}");
        config.setMchId("{{mch_id}}");
        config.setMchKey(Files.readString(Path.of("key.txt")).trim());
{{#tls}}
        // 退款要用 (refunds need it)
        config.setKeyPath("{{p12}}");
{{/tls}}

        WxPayServiceImpl service = new WxPayServiceImpl();
        service.setConfig(config);

        String order = "T" + System.currentTimeMillis();
        System.out.println(service.unifiedOrder(WxPayUnifiedOrderRequest.newBuilder()
            .body("测试商品")
            .outTradeNo(order)
            .totalFee(101)
            .spbillCreateIp("127.0.0.1")
            .notifyUrl("http://127.0.0.1:8080/notify")
            .tradeType("NATIVE")
            .productId("P1")
            .build()));
        System.out.println(service.queryOrder(null, order));
    }
}
