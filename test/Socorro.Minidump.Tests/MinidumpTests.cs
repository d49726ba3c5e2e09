namespace Socorro.Minidumps.Tests;

public sealed class MinidumpTests
{
    public static TheoryData<string> Dumps()
    {
        var root = SharedData.Find("dumps");
        var files = Directory.Exists(root) ? Directory.GetFiles(root, "*.dmp", SearchOption.AllDirectories) : [];
        return [.. files.Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Dumps))]
    public void Opens_every_dump_that_real_clients_wrote(string name)
    {
        var bytes = File.ReadAllBytes(SharedData.Path("dumps", name));
        var opened = Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal);

        if (name.Contains("microdump", StringComparison.Ordinal))
        {
            Assert.Equal("HeaderMismatch", refusal?.Error);
            return;
        }

        Assert.True(opened);
        Assert.NotNull(dump);
        if (name.Contains("invalid-r", StringComparison.Ordinal))
        {
            Assert.NotEmpty(dump.Problems);
            return;
        }

        Assert.NotEqual(Cpu.CpuKind.Unknown, dump.Cpu);
        Assert.Empty(dump.Problems);
        Assert.All(dump.Threads, thread => Assert.NotNull(thread.Context));
    }
}
