using Socorro.Fields;

namespace Socorro.Tests.Fields;

public sealed class FieldValueTests
{
    [Theory]
    [InlineData("product", "Firefox ", "\"Firefox\"")]
    [InlineData("version", "1", "\"1\"")]
    [InlineData("available_page_file", "12", "12")]
    [InlineData("available_page_file", " 12 ", "12")]
    [InlineData("available_page_file", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("uptime_ts", "1.5", "1.5")]
    [InlineData("uptime_ts", "1e3", "1000")]
    [InlineData("safe_mode", "1", "true")]
    [InlineData("safe_mode", "FALSE", "false")]
    [InlineData("telemetry_environment", """{"a": [1, null]}""", """{"a":[1,null]}""")]
    [InlineData("telemetry_environment", """{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("telemetry_environment", """{"a":"\ud800"}""", """{"a":"\uFFFD"}""")]
    public void Converts(string field, string text, string json)
    {
        Assert.True(FieldValue.TryConvert(FieldSet.Default.Find(field)!, "A", text, out var value, out _));
        Assert.Equal(json, value!.ToJsonString());
    }

    [Theory]
    [InlineData("safe_mode", "2", "A has non-boolean value 2")]
    [InlineData("available_page_file", "1.0", "A has a non-int value")]
    [InlineData("available_page_file", "1_000", "A has a non-int value")]
    [InlineData("available_page_file", "9223372036854775808", "A has a value of more than 64 bits")]
    [InlineData("uptime_ts", "nan", "A has a non-float value")]
    [InlineData("uptime_ts", "1e999", "A has a non-float value")]
    [InlineData("telemetry_environment", "null", "A value is malformed telemetry_environment")]
    [InlineData("telemetry_environment", "[]", "A value is malformed telemetry_environment")]
    [InlineData("telemetry_environment", "{", "A value is malformed json")]
    public void Refuses_what_is_not_of_the_type(string field, string text, string problem)
    {
        Assert.False(FieldValue.TryConvert(FieldSet.Default.Find(field)!, "A", text, out _, out var said));
        Assert.Equal(problem, said);
    }
}
