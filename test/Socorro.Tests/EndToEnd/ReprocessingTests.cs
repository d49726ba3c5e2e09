using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Tests.Processing;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

public sealed class ReprocessingTests : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    readonly string _token = TokenSecret.Create();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var engines = await OpenAsync();
        await engines.Catalog.Tokens.AddAsync(
            new() { Key = 0, Name = "ann", Permissions = Permission.Reprocess, CreatedAt = DateTimeOffset.UtcNow },
            TokenSecret.Hash(_token),
            Cancel);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_order_outlives_kills_and_misses_no_crash()
    {
        var ids = await PutAsync("Demo", 200);
        var others = await PutAsync("Other", 20);
        for (var kill = 0; kill < 2; kill++)
        {
            await using var server = await ServerProcess.StartAsync(_folder.Path, Cancel);
            if (kill == 0)
                Assert.Equal(0, (await RunAsync(server, "reprocess", "--query", "product=Demo", "--rate", "100", "--detach")).Code);

            await Task.Delay(Random.Shared.Next(300, 900), Cancel);
            server.Kill();
        }

        await using (var server = await ServerProcess.StartAsync(_folder.Path, Cancel))
        {
            var (code, output, errors) = await RunAsync(server, "reprocess", "show", "1");
            Assert.True(code == 0, errors);
            Assert.Contains("ordered by ann", output, StringComparison.Ordinal);
            Assert.Contains("Order 1 is done: 220 of 220 looked at, 200 queued again", output, StringComparison.Ordinal);
            await QueueEmptyAsync(server);
            await server.StopAsync(Cancel);
        }

        await using var engines = await OpenAsync();
        foreach (var id in ids)
            Assert.Contains("; reprocessing order 1)", await NotesOfAsync(engines, id), StringComparison.Ordinal);
        foreach (var id in others)
            Assert.Equal("", await NotesOfAsync(engines, id));
    }

    [Fact]
    public async Task Ids_come_as_arguments_and_from_standard_input_and_signatures_alone_are_made_again()
    {
        var ids = await PutAsync("Demo", 3, """, "signature": "old" """);
        await using var server = await ServerProcess.StartAsync(_folder.Path, Cancel);

        var first = await RunAsync(server, "reprocess", "--only", "signature", $"bp-{ids[0]}", $"http://host/report/index/{ids[1]}");
        var second = await SocorroProcess.RunWithInputAsync(
            $"{ids[2]}\n", Arguments(server, "reprocess", "--only", "signature", "-"));
        var help = await WithTokenInEnvironmentAsync("reprocess", "--help");
        Assert.Contains("SOCORRO_TOKEN", help.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(_token, help.Output, StringComparison.Ordinal);
        var bySignature = await RunAsync(server, "reprocess", "--signature", "old", "--detach");
        var list = await WithTokenInEnvironmentAsync("reprocess", "list", "--url", $"{server.Http.BaseAddress}");

        Assert.Contains("Order 1: signatures of 2 crashes by id", first.Output, StringComparison.Ordinal);
        Assert.Contains("Order 1 is done: 2 of 2 looked at, 2 have their signature again", first.Output, StringComparison.Ordinal);
        Assert.Contains("Order 2 is done: 1 of 1 looked at, 1 have their signature again", second.Output, StringComparison.Ordinal);
        Assert.StartsWith("Order 3: crashes of signature==old&date=>=", bySignature.Output, StringComparison.Ordinal);
        Assert.Equal(3, list.Output.TrimEnd().Split('\n').Length);
        foreach (var id in ids)
        {
            using var answer = await server.Http.GetAsync($"/api/ProcessedCrash/?crash_id={id}", Cancel);
            var document = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel));
            Assert.StartsWith("EMPTY", document.GetProperty("signature").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Interrupting_the_verb_leaves_the_order_running_and_cancel_stops_it()
    {
        await PutAsync("Demo", 50);
        await using var server = await ServerProcess.StartAsync(_folder.Path, Cancel);
        // A check that runs in the background ignores interrupts, and so would all that it starts.
        string[] command = ["--default-signal=INT", Program, "reprocess", "--query", "product=Demo", "--rate", "1"];
        using var following = SocorroProcess.Start("/usr/bin/env", Arguments(server, command));
        Assert.StartsWith("Order 1:", await following.StandardOutput.ReadLineAsync(Cancel), StringComparison.Ordinal);
        using (var interrupt = Process.Start("kill", ["-INT", $"{following.Id}"]))
            await interrupt.WaitForExitAsync(Cancel);

        var said = await following.StandardError.ReadToEndAsync(Cancel);
        await following.WaitForExitAsync(Cancel);
        Assert.Contains("Order 1 goes on without you. 'socorro reprocess show 1' follows it again", said, StringComparison.Ordinal);
        Assert.Equal(130, following.ExitCode);

        Assert.Contains("     1  open       ", (await RunAsync(server, "reprocess", "list")).Output, StringComparison.Ordinal);
        var cancelled = await RunAsync(server, "reprocess", "cancel", "1");
        Assert.Equal(0, cancelled.Code);
        Assert.StartsWith("Order 1 is cancelled: ", cancelled.Output, StringComparison.Ordinal);
        Assert.Contains("Order 1 is cancelled: ", (await RunAsync(server, "reprocess", "show", "1")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_what_is_wrong()
    {
        (int Code, string Error, string[] Arguments)[] mistakes =
        [
            (1, "query: signatur is no search parameter; there is signature", ["--query", "signatur=x"]),
            (1, "date: 'yesterday' is not a date", ["--from", "yesterday"]),
            (1, "only: There is only 'signature'.", ["--only", "stacks", "--signature", "x"]),
            (1, "there is no order 99", ["show", "99"]),
            (2, "'x' is not a crash id", ["x"]),
            (2, "name either crashes, or a search", []),
            (1, "requires the 'Reprocess Crashes' permission", ["list", "--token", ""]),
        ];
        await using var server = await ServerProcess.StartAsync(_folder.Path, Cancel);
        foreach (var (code, error, arguments) in mistakes)
        {
            var answer = await RunAsync(server, ["reprocess", .. arguments]);

            Assert.Equal(code, answer.Code);
            Assert.Contains(error, answer.Error, StringComparison.Ordinal);
        }
    }

    static string Program => Path.Combine(AppContext.BaseDirectory, "socorro");

    Task<(int Code, string Output, string Error)> RunAsync(ServerProcess server, params string[] arguments) =>
        SocorroProcess.RunAsync(Arguments(server, arguments));

    Task<(int Code, string Output, string Error)> WithTokenInEnvironmentAsync(params string[] arguments) =>
        SocorroProcess.RunProgramAsync("/usr/bin/env", [$"SOCORRO_TOKEN={_token}", Program, .. arguments]);

    string[] Arguments(ServerProcess server, params string[] arguments) =>
        [.. arguments, "--url", $"{server.Http.BaseAddress}", .. arguments.Contains("--token") ? [] : (string[])["--token", _token]];

    static async Task QueueEmptyAsync(ServerProcess server)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            var metrics = await server.Http.GetStringAsync("/metrics", Cancel);
            if (metrics.Split('\n').Where(line => line.StartsWith("socorro_queue_waiting", StringComparison.Ordinal)
                || line.StartsWith("socorro_queue_leased", StringComparison.Ordinal)).All(IsZero))
            {
                return;
            }

            await Task.Delay(100, Cancel);
        }

        Assert.Fail("The queue did not become empty");

        static bool IsZero(string line) => line.Split(' ')[1] == "0";
    }

    async Task<List<CrashId>> PutAsync(string product, int count, string more = "")
    {
        await using var engines = await OpenAsync();
        var now = DateTimeOffset.UtcNow;
        var raws = Enumerable.Range(0, count)
            .Select(_ => Pipelines.Raw(new Dictionary<string, string> { ["ProductName"] = product }, now))
            .ToList();
        await Task.WhenAll(raws.Select(raw => engines.Store.PutRawAsync(raw, [], Cancel)));
        var ids = raws.ConvertAll(raw => raw.Id);
        var json = Encoding.UTF8.GetBytes($$"""{"date_processed": "{{now:O}}", "product": "{{product}}"{{more}}}""");
        await Task.WhenAll(ids.Select(id => engines.Store.PutProcessedAsync(new(id, json), Cancel)));
        await engines.Store.ConfirmQueuedAsync(ids, Cancel);
        return ids;
    }

    static async Task<string> NotesOfAsync(EmbeddedEngines engines, CrashId id)
    {
        var document = JsonElement.Parse((await engines.Store.FindProcessedAsync(id, Cancel))!.Json.Span);
        return document.TryGetProperty("processor_notes", out var notes) ? notes.GetString()! : "";
    }

    Task<EmbeddedEngines> OpenAsync() =>
        EmbeddedEngines.OpenAsync(_folder.Path, TimeProvider.System, NullLoggerFactory.Instance, Cancel);
}
