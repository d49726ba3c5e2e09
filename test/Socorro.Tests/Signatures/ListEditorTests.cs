using Microsoft.Extensions.Time.Testing;
using Socorro.Signatures.Lists;

namespace Socorro.Tests.Signatures;

public sealed class ListEditorTests : IDisposable
{
    static readonly ListName Prefix = new(null, Layer.Prefix);
    static readonly ListName BrowserPrefix = new("Browser", Layer.Prefix);

    readonly string _folder = Directory.CreateTempSubdirectory("lists").FullName;
    readonly FakeTimeProvider _time = new(new(2026, 8, 21, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    ListEditor Editor => new(new(Path.Combine(_folder, "lists")), _time);

    [Fact]
    public void A_saved_list_is_in_its_file_with_a_version_for_people_and_a_history()
    {
        Assert.Equal(ListSaving.Saved, Editor.Save(BrowserPrefix, "ours\n", MarkOf(""), "Ada", "ours is called by all"));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(ListSaving.Saved, Editor.Save(BrowserPrefix, "ours$\n", MarkOf("ours\n"), "Bob", "only the whole"));

        Assert.Equal("ours$\n", Editor.Read(BrowserPrefix));
        Assert.Equal("Browser revision 2 of 2026-08-22", Editor.Folder.LayersOf("Browser")[1].Title);
        Assert.Equal(
            [(2, "Bob", "only the whole", "ours$\n"), (1, "Ada", "ours is called by all", "ours\n")],
            Editor.HistoryOf(BrowserPrefix).Select(one => (one.Number, one.By, one.Comment, one.Text)));
        Assert.Empty(Editor.HistoryOf(Prefix));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_somebody_wrote_by_hand_is_kept_in_the_history_before_it_is_replaced()
    {
        Editor.Save(Prefix, "a\n", MarkOf(""), "Ada", "");
        File.WriteAllText(Path.Combine(_folder, "lists", "prefix.txt"), "by hand\n");

        Assert.Equal(ListSaving.ChangedMeanwhile, Editor.Save(Prefix, "b\n", MarkOf("a\n"), "Bob", ""));
        Assert.Equal(ListSaving.Unchanged, Editor.Save(Prefix, "by hand\n", MarkOf("by hand\n"), "Bob", ""));
        Assert.Equal(ListSaving.Saved, Editor.Save(Prefix, "b\n", MarkOf("by hand\n"), "Bob", ""));

        Assert.Equal(["b\n", "by hand\n", "a\n"], Editor.HistoryOf(Prefix).Select(one => one.Text));
    }

    [Fact]
    public void Problems_are_found_in_the_text_and_in_the_lists_of_products_that_build_on_it()
    {
        Editor.Save(BrowserPrefix, "ours\n!abort$\n", MarkOf(""), "Ada", "");

        Assert.Equal([("prefix.txt", 2)], Editor.FindProblems(Prefix, "good\n(").Select(one => (Path.GetFileName(one.File), one.Line)));
        Assert.Empty(Editor.FindProblems(Prefix, "good"));
        // The operator's lists lie on top of the product's, where the entry is taken back already.
        Assert.Single(Editor.FindProblems(Prefix, "!abort$"));
        Assert.Single(Editor.FindProblems(Prefix, new string('a', ListEditor.MaxLength + 1)));
    }

    [Theory]
    [InlineData("../etc")]
    [InlineData(".history")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("")]
    [InlineData("é")]
    [InlineData("a ")]
    public void Such_a_product_has_no_lists(string product)
    {
        var list = new ListName(product, Layer.Prefix);

        Assert.False(list.IsValid);
        Assert.Throws<ArgumentException>(() => Editor.Save(list, "a", MarkOf(""), "Eve", ""));
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("a\nb\nc", "a\nx\nc", " a-b+x c")]
    [InlineData("a\nb", "b\na", "-a b+a")]
    [InlineData("", "a\r\nb\r\n", "+a+b")]
    [InlineData("a\na", "a", " a-a")]
    public void Texts_are_compared_line_by_line(string before, string after, string expected) =>
        Assert.Equal(expected, string.Concat(LineDiff.Of(before, after).Select(line =>
            (line.Change switch { LineChange.Kept => " ", LineChange.Removed => "-", _ => "+" }) + line.Text)));

    static string MarkOf(string text) => ListEditor.MarkOf(text);
}
