namespace Socorro.Tests.Stackwalk;

/// <summary>The sample program that uses the stack walker's library alone.</summary>
public sealed class ExplainDumpTests
{
    [Fact]
    public async Task Explains_a_dump()
    {
        var (code, output, error) = await SocorroProcess.RunProgramAsync(
            "ExplainDump", SharedData.Path("dumps", "breakpad", "minidump2.dmp"), SharedData.Path("dumps", "breakpad", "symbols"));

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("EXCEPTION_ACCESS_VIOLATION_WRITE on Windows NT 5.1.2600 Service Pack 2\n", output);
        Assert.Contains("  kernel32.dll BaseProcessStart\n", output);
    }

    [Fact]
    public async Task Names_what_is_no_dump()
    {
        var (code, output, error) = await SocorroProcess.RunProgramAsync(
            "ExplainDump", Path.Combine(Checkout.Root, "README.md"), Checkout.Root);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("HeaderMismatch: ", error);
    }
}
