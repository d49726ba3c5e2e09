using Socorro.Minidumps.Output;
using Socorro.Minidumps.Tests.Symbols;

namespace Socorro.Minidumps.Tests.Output;

public sealed class SourceTreeTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public SourceTreeTests()
    {
        Write("tree/net/socket/a.cc", "net 1\nnet 2\nnet 3\nnet 4\nnet 5\nnet 6\n");
        Write("tree/a.cc", "top 1\n");
        Write("secret.txt", "secret\n");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/b/s/w/src/net/socket/a.cc")]
    [InlineData("C:\\b\\src\\net\\socket\\a.cc")]
    [InlineData("../../net/http/../socket/./a.cc")]
    [InlineData("hg:hg.example.org/central:net/socket/a.cc:0123abcd")]
    public void Finds_a_file_by_the_end_of_its_path(string file) =>
        Assert.Equal([(2u, "net 2"), (3u, "net 3"), (4u, "net 4"), (5u, "net 5"), (6u, "net 6")], Tree.Read(file, 4));

    [Fact]
    public void Takes_the_longest_end_that_is_there()
    {
        Assert.Equal([(1u, "top 1")], Tree.Read("/x/http/a.cc", 1));
        Assert.Equal("net 1", Tree.Read("/x/net/socket/a.cc", 1)[0].Text);
    }

    [Theory]
    [InlineData("../secret.txt")]
    [InlineData("net/../../secret.txt")]
    [InlineData("x/..\\..\\secret.txt")]
    [InlineData("link/secret.txt")]
    [InlineData("a.cc/")]
    [InlineData("net")]
    [InlineData("")]
    [InlineData("gone.cc")]
    public void Reads_nothing_that_is_not_a_file_below_the_root(string file)
    {
        if (!Directory.Exists(Path.Combine(_folder.Path, "tree", "link")))
            Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "tree", "link"), _folder.Path);

        Assert.DoesNotContain(Tree.Read(file, 1), line => line.Text.Contains("secret", StringComparison.Ordinal));
        Assert.Empty(Tree.Read(file == "a.cc/" ? "gone/" : file, 1));
    }

    [Fact]
    public void Bounds_what_it_reads()
    {
        Write("tree/long.cc", new string('x', 5000) + "\n");
        Write("tree/huge.cc", new string('\n', 17 << 20));

        Assert.Equal(201, Tree.Read("long.cc", 1)[0].Text.Length);
        Assert.Empty(Tree.Read("huge.cc", 1));
        Assert.Empty(Tree.Read("a.cc", 2));
        Assert.Empty(Tree.Read("a.cc", 0));
    }

    SourceTree Tree => new(Path.Combine(_folder.Path, "tree"));

    void Write(string path, string text)
    {
        var full = Path.Combine(_folder.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
