using System.Text.Json;
using Socorro.Fields;
using Socorro.Web.Pages.Report;

namespace Socorro.Tests.Web.Report;

public sealed class DetailsTests
{
    [Theory]
    [InlineData("product", "\"Firefox\"", "Firefox")]
    [InlineData("address", "\"0x0\"", "0x0")]
    [InlineData("uptime", "3725", "3,725 s (1 h 2 min)")]
    [InlineData("uptime", "59", "59 s")]
    [InlineData("total_physical_memory", "17179869184", "17,179,869,184 B (16 GiB)")]
    [InlineData("build", "\"20260821101502\"", "20260821101502 (2026-08-21)")]
    [InlineData("build", "\"1.2.3-rc1\"", "1.2.3-rc1")]
    [InlineData("client_crash_date", "\"2012-05-08T23:26:33+00:00\"", "2012-05-08 23:26:33 UTC")]
    [InlineData("startup_crash", "true", "yes")]
    [InlineData("possible_bit_flips_max_confidence", "25", "25 %")]
    [InlineData("crash_inconsistencies", "[\"a\",\"b\"]", "a, b")]
    [InlineData("mac_crash_info", "\"{\\\"num_records\\\":1}\"", "{\n  \"num_records\": 1\n}")]
    public void Shows_a_field_in_its_declared_form(string name, string value, string shown)
    {
        using var document = JsonDocument.Parse($$"""{"{{name}}":{{value}}}""");

        var group = Assert.Single(Details.Of(document.RootElement, FieldSet.Default, maxText: 1_000));
        var detail = Assert.Single(group.Details);
        Assert.Equal(shown, detail.Value.ReplaceLineEndings("\n"));
        Assert.NotEmpty(detail.About);
    }

    [Fact]
    public void Leaves_out_what_the_crash_does_not_have()
    {
        using var document = JsonDocument.Parse("""{"product":"","version":null,"uptime":{},"undeclared":"x","crash_inconsistencies":[]}""");

        Assert.Empty(Details.Of(document.RootElement, FieldSet.Default, maxText: 1_000));
    }

    [Fact]
    public void Groups_fields_as_they_are_declared()
    {
        using var document = JsonDocument.Parse("""{"version":"1","product":"P","reason":"SIGSEGV"}""");

        var groups = Details.Of(document.RootElement, FieldSet.Default, maxText: 1_000);

        Assert.Equal(["Crash", "Product"], groups.Select(group => group.Name));
        Assert.Equal(["Product", "Version"], groups[1].Details.Select(detail => detail.Label));
    }

    [Fact]
    public void Links_only_web_addresses()
    {
        using var good = JsonDocument.Parse("""{"url":"https://example.org/"}""");
        using var bad = JsonDocument.Parse("""{"url":"javascript:alert(1)"}""");

        Assert.Equal(DetailKind.Link, Details.Of(good.RootElement, FieldSet.Default, 100)[0].Details[0].Kind);
        Assert.Equal(DetailKind.Text, Details.Of(bad.RootElement, FieldSet.Default, 100)[0].Details[0].Kind);
    }
}
