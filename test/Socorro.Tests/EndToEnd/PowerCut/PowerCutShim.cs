using System.Diagnostics;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd.PowerCut;

/// <summary>The library <c>powercut.c</c>, built by the system's C compiler; without one the test is skipped.</summary>
static class PowerCutShim
{
    public static async Task<string> BuildAsync(TemporaryFolder folder, CancellationToken cancel)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the library that writes down what a server does to its files is for Linux");
        Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "/usr/bin/gcc is not there; on Debian: apt-get install gcc libc6-dev");

        var source = Path.Combine(Checkout.Root, "test", "Socorro.Tests", "EndToEnd", "PowerCut", "powercut.c");
        var library = folder.Of("powercut.so");
        string[] arguments = ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source, "-ldl", "-pthread"];
        using var gcc = Process.Start(new ProcessStartInfo("/usr/bin/gcc", arguments) { RedirectStandardError = true })!;
        var error = await gcc.StandardError.ReadToEndAsync(cancel);
        await gcc.WaitForExitAsync(cancel);
        Assert.True(gcc.ExitCode == 0, error);
        return library;
    }
}
