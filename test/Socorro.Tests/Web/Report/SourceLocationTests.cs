using Socorro.Web.Pages.Report;

namespace Socorro.Tests.Web.Report;

public sealed class SourceLocationTests
{
    [Theory]
    [InlineData(
        "git:github.com/rust-lang/rust:library/std/src/panicking.rs:07dca48",
        "https://github.com/rust-lang/rust/blob/07dca48/library/std/src/panicking.rs#L12",
        "…/std/src/panicking.rs:12")]
    [InlineData(
        "hg:hg.mozilla.org/mozilla-central:dom/base/Element.cpp:abc",
        "https://hg.mozilla.org/mozilla-central/file/abc/dom/base/Element.cpp#l12",
        "dom/base/Element.cpp:12")]
    [InlineData("git:github.com/a/b:x\"y z.c:1", "https://github.com/a/b/blob/1/x%22y%20z.c#L12", "x\"y z.c:12")]
    [InlineData("svn:svn.example.org/a:b.c:1", null, "b.c:12")]
    [InlineData(@"c:\build\src\app\main.cc", null, "…/src/app/main.cc:12")]
    [InlineData("/home/x/a.c", null, "…/home/x/a.c:12")]
    [InlineData("a.c", null, "a.c:12")]
    [InlineData("git:evil.example/a:b.c:1", null, "b.c:12")]
    public void Links_a_line_where_a_browser_can_read_it(string file, string? url, string shown)
    {
        var source = SourceLocation.Parse(file, 12);

        Assert.Equal(url, source.Url);
        Assert.Equal(shown, source.Short);
    }

    [Fact]
    public void Shows_nothing_for_a_frame_without_source() => Assert.Equal("", SourceLocation.Parse("", null).Full);
}
