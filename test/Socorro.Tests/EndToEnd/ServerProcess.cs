using System.Diagnostics;
using System.Net;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>The built executable as a user runs it: <c>socorro run</c> on a data folder and a free port.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    const string Announcement = "Socorro is at ";

    readonly Process _process;

    ServerProcess(Process process, Uri url, string? signIn)
    {
        _process = process;
        SignIn = signIn;
        Http = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Http { get; }

    /// <summary>The line with the sign-in link, which a server prints on a folder that has no token yet.</summary>
    public string? SignIn { get; }

    public static Task<ServerProcess> StartAsync(string data, CancellationToken cancel) => StartAsync(data, [], cancel);

    public static Task<ServerProcess> StartAsync(
        string data, IReadOnlyList<string> settings, CancellationToken cancel) => StartAsync(data, settings, [], cancel);

    public static async Task<ServerProcess> StartAsync(
        string data,
        IReadOnlyList<string> settings,
        IReadOnlyList<(string Name, string Value)> environment,
        CancellationToken cancel)
    {
        // The build puts what a test project refers to beside it.
        var program = Path.Combine(AppContext.BaseDirectory, "socorro");
        string[] arguments = ["run", "--data", data, "--url", "http://127.0.0.1:0", .. settings];
        var isFresh = !Directory.Exists(data);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancel);
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (!line.StartsWith(Announcement, StringComparison.Ordinal))
                continue;

            var signIn = isFresh ? await process.StandardOutput.ReadLineAsync(cancel) : null;
            // Nobody reads on: a server must not block on a full pipe.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancel);
            return new(process, new(line[Announcement.Length..].Split(' ')[0]), signIn);
        }

        await process.WaitForExitAsync(cancel);
        throw new InvalidOperationException(
            $"{program} ended with {process.ExitCode} before it listened: {await errors}");
    }

    /// <summary>Sends one crash as a client does.</summary>
    public Task<(HttpStatusCode Status, string Answer)> SubmitAsync(byte[] dump, CancellationToken cancel) =>
        SubmitAsync(dump, [], cancel);

    public async Task<(HttpStatusCode Status, string Answer)> SubmitAsync(
        byte[] dump, IReadOnlyList<(string Name, string Text)> annotations, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("Editor"), "ProductName" },
            { new StringContent("1.0"), "Version" },
            { new ByteArrayContent(dump), Crash.MainDump, "a.dmp" },
        };
        foreach (var (name, text) in annotations)
            form.Add(new StringContent(text), name);

        using var answer = await Http.PostAsync("/submit", form, cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancel));
    }

    /// <summary>Sends one crash and waits for its report; the page.</summary>
    public async Task<string> ReportAsync(
        byte[] dump, IReadOnlyList<(string Name, string Text)> annotations, CancellationToken cancel)
    {
        var (status, answer) = await SubmitAsync(dump, annotations, cancel);
        Assert.Equal(HttpStatusCode.OK, status);
        var id = answer["CrashID=bp-".Length..].Trim();
        while (true)
        {
            using var page = await Http.GetAsync($"/report/index/{id}", cancel);
            var html = await page.Content.ReadAsStringAsync(cancel);
            if (page.StatusCode == HttpStatusCode.OK && !html.Contains("data-pending", StringComparison.Ordinal))
                return html;

            await Task.Delay(50, cancel);
        }
    }

    /// <summary>Ends it as the power does: no handler runs, nothing is flushed.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to end, as Ctrl+C and systemd do, and waits.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync(cancel);

        await _process.WaitForExitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
