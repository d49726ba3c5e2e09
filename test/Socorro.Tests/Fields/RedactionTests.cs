using System.Text;
using System.Text.Json;
using Socorro.Fields;

namespace Socorro.Tests.Fields;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("""{"product":"X","url":"http://secret/","undeclared":1}""", """{"product":"X"}""")]
    [InlineData("""{"java_exception":{"a":1}}""", """{"java_exception":{"a":1}}""")]
    [InlineData(
        """{"json_dump":{"pid":1,"soft_errors":[],"crashpad_info":{"url":"x"},"system_info":{"os":"Linux"}}}""",
        """{"json_dump":{"pid":1,"system_info":{"os":"Linux"}}}""")]
    [InlineData(
        """{"json_dump":{"threads":[{"thread_name":"a","frames":[{"module":"m","registers":{"rax":"0x1"}}]},null]}}""",
        """{"json_dump":{"threads":[{"thread_name":"a","frames":[{"module":"m"}]},null]}}""")]
    [InlineData(
        """{"json_dump":{"crash_info":{"memory_accesses":[{"address":"0x1","is_likely_guard_page":true}]}}}""",
        """{"json_dump":{"crash_info":{"memory_accesses":[{"address":"0x1"}]}}}""")]
    [InlineData("""{"json_dump":{"threads":"secret"}}""", """{"json_dump":{"threads":null}}""")]
    [InlineData("""{"json_dump":"secret"}""", """{"json_dump":null}""")]
    [InlineData(
        """{"upload_file_minidump_gpu":{"mdsw_status_string":"OK","mdsw_stderr":"x","json_dump":{"pid":1,"x":2}}}""",
        """{"upload_file_minidump_gpu":{"mdsw_status_string":"OK","json_dump":{"pid":1}}}""")]
    public void Keeps_only_what_is_declared_public(string document, string expected)
    {
        using var json = JsonDocument.Parse(document);
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output))
            new Redaction(FieldSet.Default).WritePublic(json.RootElement, writer);

        Assert.Equal(expected, Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>A single leaf that is whole must not make its siblings so.</summary>
    [Fact]
    public void Every_public_part_of_the_report_is_a_leaf()
    {
        var parts = FieldSet.Default.Find("json_dump")!.PublicParts;

        Assert.All(parts, part => Assert.DoesNotContain(parts, other => other.StartsWith($"{part}.", StringComparison.Ordinal)));
    }
}
