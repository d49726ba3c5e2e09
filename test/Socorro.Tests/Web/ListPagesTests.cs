using System.Net;

namespace Socorro.Tests.Web;

/// <summary>The pages that list crashes, and the search that leads to them.</summary>
public sealed class ListPagesTests(Site site) : IClassFixture<Site>
{
    const string Id = "de1bb258-cbbf-4589-a673-34f800160918";

    [Fact]
    public async Task Home_shows_the_newest_crashes_and_the_top_signatures_of_a_week()
    {
        var newest = await site.RecordAsync("Home<Newest>", TimeSpan.FromMinutes(1));
        await site.RecordAsync("Home::Frequent", TimeSpan.FromDays(2));
        await site.RecordAsync("Home::Frequent", TimeSpan.FromDays(3));
        await site.RecordAsync("Home::LongAgo", TimeSpan.FromDays(8));

        var (status, html) = await site.BrowseAsync("/");

        Assert.Equal(HttpStatusCode.OK, status);
        var top = html[..html.IndexOf("Newest crashes", StringComparison.Ordinal)];
        Assert.Contains("Home&lt;Newest&gt;", top, StringComparison.Ordinal);
        Assert.Contains("Home::Frequent", top, StringComparison.Ordinal);
        Assert.DoesNotContain("Home::LongAgo", top, StringComparison.Ordinal);
        Assert.Contains($"/report/index/{newest.Id}", html, StringComparison.Ordinal);
        Assert.Contains("EXCEPTION_STACK_OVERFLOW", html, StringComparison.Ordinal);
        Assert.Contains("/signature/?signature=Home%3CNewest%3E", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_lists_its_crashes_in_pages()
    {
        const string Signature = "Pages::Of<a & b> \"quoted\" + 100%";
        for (var i = 0; i < 51; i++)
            await site.RecordAsync(Signature, TimeSpan.FromMinutes(i));
        var oldest = await site.RecordAsync(Signature, TimeSpan.FromDays(1));

        var (_, first) = await site.BrowseAsync($"/signature/?signature={Uri.EscapeDataString(Signature)}");
        var (_, second) = await site.BrowseAsync($"/signature/?signature={Uri.EscapeDataString(Signature)}&page=2");

        Assert.Contains("Pages::Of&lt;a &amp; b&gt; &quot;quoted&quot;", first, StringComparison.Ordinal);
        Assert.Contains("<dd>52</dd>", first, StringComparison.Ordinal);
        Assert.Contains("Page 1 of 2", first, StringComparison.Ordinal);
        Assert.DoesNotContain(oldest.Id.ToString(), first, StringComparison.Ordinal);
        Assert.Contains("Page 2 of 2", second, StringComparison.Ordinal);
        Assert.Contains(oldest.Id.ToString(), second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?signature=x&page=abc", "Invalid page")]
    [InlineData("?signature=x&page=1.5", "Invalid page")]
    [InlineData("?signature=x&page=99999999999", "Invalid page")]
    [InlineData("", "exactly one signature")]
    [InlineData("?signature=", "exactly one signature")]
    [InlineData("?signature=a&signature=b", "exactly one signature")]
    [InlineData("?signature=a%00b", "exactly one signature")]
    public async Task A_signature_page_refuses_bad_parameters(string query, string message)
    {
        var (status, html) = await site.BrowseAsync($"/signature/{query}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(message, html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("?signature=unknown", "No crash has exactly this signature")]
    [InlineData("?signature=unknown&page=0", "No crash has exactly this signature")]
    [InlineData("?signature=unknown&page=-2147483648", "No crash has exactly this signature")]
    [InlineData("?signature=Few&page=2147483647", "the list ends before it")]
    public async Task A_signature_page_says_when_there_is_nothing(string query, string message)
    {
        await site.RecordAsync("Few", TimeSpan.FromMinutes(5));

        var (status, html) = await site.BrowseAsync($"/signature/{query}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(message, html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Id, $"/report/index/{Id}")]
    [InlineData($"bp-{Id}", $"/report/index/{Id}")]
    [InlineData($"  {Id} ", $"/report/index/{Id}")]
    [InlineData("foo", "/signature/?signature=foo")]
    [InlineData(" a::b<c&d> ", "/signature/?signature=a%3A%3Ab%3Cc%26d%3E")]
    [InlineData("//evil.example/", "/signature/?signature=%2F%2Fevil.example%2F")]
    [InlineData("", "/")]
    [InlineData("  ", "/")]
    public async Task Search_leads_to_the_report_or_the_signature(string query, string target)
    {
        using var answer = await site.GetAsync($"/search/quick/?query={Uri.EscapeDataString(query)}");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(target, answer.Headers.Location?.OriginalString);
    }
}
