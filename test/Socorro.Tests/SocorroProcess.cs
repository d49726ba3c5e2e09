using System.Diagnostics;

namespace Socorro.Tests;

/// <summary>The built executables, and whatever else tests run to its end.</summary>
static class SocorroProcess
{
    public static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunProgramAsync("socorro", arguments);

    public static Task<(int Code, string Output, string Error)> RunWithInputAsync(string input, params string[] arguments) =>
        RunAsync(Start("socorro", arguments, hasInput: true), input);

    /// <param name="program">The name of an executable that was built, or the path of another.</param>
    /// <param name="arguments">What it is started with.</param>
    public static Task<(int Code, string Output, string Error)> RunProgramAsync(string program, params string[] arguments) =>
        RunAsync(Start(program, arguments), input: null);

    /// <summary>For those who do something to it while it runs.</summary>
    public static Process Start(string program, string[] arguments, bool hasInput = false) =>
        Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program), arguments)
        {
            RedirectStandardInput = hasInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    static async Task<(int Code, string Output, string Error)> RunAsync(Process started, string? input)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            process.StandardInput.Close();
        }

        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output, await error);
    }
}
