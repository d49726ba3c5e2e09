namespace Socorro.Minidumps.Tests;

/// <summary>The dumps of the conformance data, which real clients wrote.</summary>
static class RealDumps
{
    public static Minidump Open(params string[] path)
    {
        var bytes = File.ReadAllBytes(SharedData.Path(["dumps", .. path]));
        Assert.True(Minidump.TryOpen(bytes, Limits.Default, out var dump, out _));
        return dump;
    }
}
