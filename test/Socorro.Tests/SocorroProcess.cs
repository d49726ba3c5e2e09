using System.Diagnostics;

namespace Socorro.Tests;

/// <summary>The built executables, run to their end.</summary>
static class SocorroProcess
{
    public static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunProgramAsync("socorro", arguments);

    public static async Task<(int Code, string Output, string Error)> RunProgramAsync(string program, params string[] arguments)
    {
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output, await error);
    }
}
