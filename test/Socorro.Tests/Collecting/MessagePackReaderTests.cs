using System.Text.Json;
using Socorro.Collecting;

namespace Socorro.Tests.Collecting;

public sealed class MessagePackReaderTests
{
    [Theory]
    [InlineData("80", "{}")]
    [InlineData("81a16107", """{"a":7}""")]
    [InlineData("81a161ff", """{"a":-1}""")]
    [InlineData("81a161c0", """{"a":null}""")]
    [InlineData("82a161c3a162c2", """{"a":true,"b":false}""")]
    [InlineData("81a161ccff", """{"a":255}""")]
    [InlineData("81a161cdffff", """{"a":65535}""")]
    [InlineData("81a161ceffffffff", """{"a":4294967295}""")]
    [InlineData("81a161cfffffffffffffffff", """{"a":18446744073709551615}""")]
    [InlineData("81a161d080", """{"a":-128}""")]
    [InlineData("81a161d18000", """{"a":-32768}""")]
    [InlineData("81a161d280000000", """{"a":-2147483648}""")]
    [InlineData("81a161d38000000000000000", """{"a":-9223372036854775808}""")]
    [InlineData("81a161ca3fc00000", """{"a":1.5}""")]
    [InlineData("81a161cb3ff8000000000000", """{"a":1.5}""")]
    [InlineData("81a161cb7ff0000000000000", """{"a":null}""")]
    [InlineData("81a161d90162", """{"a":"b"}""")]
    [InlineData("81a161da000162", """{"a":"b"}""")]
    [InlineData("81a161db0000000162", """{"a":"b"}""")]
    [InlineData("81a161a2c328", "{\"a\":\"\ufffd(\"}")]
    [InlineData("81a1619201a162", """{"a":[1,"b"]}""")]
    [InlineData("81a161dc000101", """{"a":[1]}""")]
    [InlineData("81a161dd0000000101", """{"a":[1]}""")]
    [InlineData("81a161c40201ff", """{"a":null}""")]
    [InlineData("82a161d4010aa16205", """{"a":null,"b":5}""")]
    [InlineData("82a161d8010102030405060708090a0b0c0d0e0f10a16205", """{"a":null,"b":5}""")]
    [InlineData("82a161c702010203a16205", """{"a":null,"b":5}""")]
    [InlineData("de0001d9016107", """{"a":7}""")]
    [InlineData("df00000001a16107", """{"a":7}""")]
    public void Reads_every_kind_of_value(string bytes, string json) =>
        Assert.Equal([json], MessagePackReader.ReadObjects(Convert.FromHexString(bytes)));

    [Theory]
    [InlineData("")]
    [InlineData("07")]
    [InlineData("93010203")]
    [InlineData("81")]
    [InlineData("81a161")]
    [InlineData("81a161a562")]
    [InlineData("8101a162")]
    [InlineData("81a161c1")]
    [InlineData("dfffffffffa16107")]
    [InlineData("81a161ddffffffff01")]
    [InlineData("81a161c6ffffffff")]
    [InlineData("81a161c9ffffffff01")]
    public void Reads_nothing_of_what_is_damaged(string bytes) =>
        Assert.Empty(MessagePackReader.ReadObjects(Convert.FromHexString(bytes)));

    [Fact]
    public void Objects_do_not_nest_without_end() =>
        Assert.Empty(MessagePackReader.ReadObjects([0x81, 0xa1, 0x61, .. Enumerable.Repeat((byte)0x91, 100_000)]));

    [Fact]
    public void Whatever_the_bytes_what_comes_out_is_JSON()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
                bytes[0] = (byte)(0x80 + random.Next(4));
            for (var at = 1; at < bytes.Length; at += random.Next(1, 4))
                bytes[at] = (byte)(random.Next(3) == 0 ? random.Next(256) : 0xa1);

            foreach (var json in MessagePackReader.ReadObjects(bytes))
                Assert.Equal(JsonValueKind.Object, JsonElement.Parse(json).ValueKind);
        }
    }
}
