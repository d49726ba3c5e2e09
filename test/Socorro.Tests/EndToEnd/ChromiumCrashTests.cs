using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>
/// The real thing: Debian's Chromium is made to crash, and its own Crashpad handler uploads the dump. The handler is
/// started through a script that gives it our address and a database in which uploads are allowed.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed partial class ChromiumCrashTests(RunningApp app) : IClassFixture<RunningApp>, IDisposable
{
    const string Installed = "/usr/lib/chromium";
    const string Handler = "chrome_crashpad_handler";

    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crash_of_Chromium_is_uploaded_by_its_Crashpad_and_processed()
    {
        Assert.SkipUnless(File.Exists($"{Installed}/{Handler}"), $"there is no {Installed}/{Handler}: sudo apt-get install chromium");
        PrepareDatabase();
        await PrepareBrowserAsync();
        using var chromium = Process.Start(new ProcessStartInfo(
            _folder.Of("browser/chromium"),
            ["--headless=new", "--no-sandbox", "--disable-gpu", $"--user-data-dir={_folder.Of("profile")}", "about:blank"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            await KillRendererAsync();

            var reply = await WaitForReplyAsync();
            using var processed = await WaitForReportAsync(reply["CrashID=bp-".Length..].Trim());

            Assert.Equal("Chrome_Linux", processed.RootElement.GetProperty("product").GetString());
            Assert.Contains("SIGSEGV", processed.RootElement.GetProperty("reason").GetString());
        }
        finally
        {
            chromium.Kill(entireProcessTree: true);
            await chromium.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Crashpad's settings: magic, version 1, the option to upload, the time of the last upload, the client's id.</summary>
    void PrepareDatabase()
    {
        var settings = new byte[40];
        "sdPC"u8.CopyTo(settings);
        BinaryPrimitives.WriteInt32LittleEndian(settings.AsSpan(4), 1);
        BinaryPrimitives.WriteInt32LittleEndian(settings.AsSpan(8), 1);
        Guid.NewGuid().TryWriteBytes(settings.AsSpan(24));
        Directory.CreateDirectory(_folder.Of("database"));
        File.WriteAllBytes(_folder.Of("database/settings.dat"), settings);
    }

    /// <summary>Chromium looks for its handler beside itself: its folder is linked, and the handler replaced.</summary>
    async Task PrepareBrowserAsync()
    {
        using var link = Process.Start("cp", ["-al", Installed, _folder.Of("browser")]);
        await link.WaitForExitAsync(Cancel);
        Assert.SkipUnless(link.ExitCode == 0, $"{Installed} can't be linked to {_folder.Path}");
        File.Delete(_folder.Of($"browser/{Handler}"));
        await File.WriteAllTextAsync(
            _folder.Of($"browser/{Handler}"),
            $"""
             #!/bin/sh
             exec {Installed}/{Handler} "$@" --no-rate-limit --database={_folder.Of("database")} --url={app.Url}/submit
             """,
            Cancel);
        File.SetUnixFileMode(_folder.Of($"browser/{Handler}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    async Task KillRendererAsync()
    {
        int? renderer;
        while ((renderer = FindRenderer()) is null || !Directory.Exists(_folder.Of("database/pending")))
            await Task.Delay(100, Cancel);

        // A renderer takes a moment to set its signal handlers.
        await Task.Delay(500, Cancel);
        using var kill = Process.Start("kill", ["-SEGV", $"{renderer}"]);
        await kill.WaitForExitAsync(Cancel);
    }

    int? FindRenderer()
    {
        foreach (var process in Process.GetProcessesByName("chromium"))
        {
            var commandLine = FindCommandLine(process.Id);
            if (commandLine.Contains(_folder.Path, StringComparison.Ordinal) && commandLine.Contains("--type=renderer", StringComparison.Ordinal))
                return process.Id;
        }

        return null;
    }

    static string FindCommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Crashpad keeps the whole answer in the report's metadata.</summary>
    async Task<string> WaitForReplyAsync()
    {
        while (true)
        {
            var reports = Directory.Exists(_folder.Of("database/completed")) ? Directory.GetFiles(_folder.Of("database/completed"), "*.meta") : [];
            var reply = reports.Select(file => Reply().Match(File.ReadAllText(file, Encoding.Latin1))).FirstOrDefault(match => match.Success);
            if (reply is not null)
                return reply.Value;

            await Task.Delay(100, Cancel);
        }
    }

    async Task<JsonDocument> WaitForReportAsync(string id)
    {
        while (true)
        {
            using var answer = await app.Client.GetAsync($"/api/ProcessedCrash/?crash_id={id}", Cancel);
            if (answer.StatusCode == HttpStatusCode.OK)
                return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));

            await Task.Delay(100, Cancel);
        }
    }

    [GeneratedRegex("CrashID=bp-[0-9a-f-]{36}\n")]
    private static partial Regex Reply();
}
