using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Collecting;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Storage;
using Socorro.Tests.Storage;
using Socorro.Throttling;

namespace Socorro.Tests.Collecting;

/// <summary>A collector alone, on a free port, over real engines in a temporary folder.</summary>
public sealed class CollectorServer : IAsyncLifetime
{
    public const string Token = "let me in";

    readonly TemporaryFolder _folder = new();
    readonly RecordingLog _log = new();
    EmbeddedEngines? _engines;
    WebApplication? _app;

    internal CollectorSettings Settings { get; init; } = new() { ForwarderToken = Token };

    /// <summary>A preset or a file.</summary>
    internal string Throttle { get; init; } = "accept-everything";

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    internal long MinFreeBytes { get; init; }

    internal CrashStore Store => _engines!.Store;

    internal IMeterFactory Meters => _app!.Services.GetRequiredService<IMeterFactory>();

    internal IReadOnlyCollection<string> Log => _log.Lines;

    internal int Port => new Uri(_app!.Urls.Single()).Port;

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        _engines = await EmbeddedEngines.OpenAsync(_folder.Path, Time, new LoggerFactory(), cancel);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton(Time);
        builder.Services.AddSingleton(Store);
        builder.Services.AddSingleton(new FreeSpace(_folder.Path, MinFreeBytes));
        builder.Services.AddSingleton(Settings);
        builder.Services.AddSingleton(ThrottleFile.Open(Throttle, Time, NullLogger<ThrottleFile>.Instance));
        builder.Services.AddSingleton<CollectorMetrics>();
        builder.Services.AddSingleton<Collector>();
        _app = builder.Build();
        _app.MapCollecting();
        await _app.StartAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        await _engines!.DisposeAsync();
        _folder.Dispose();
    }

    internal Task<WireReply> SendAsync(WireRequest request) => SendAsync(request.ToBytes());

    internal Task<WireReply> SendAsync(byte[] request) =>
        WireReply.ExchangeAsync(Port, request, TestContext.Current.CancellationToken);

    /// <summary>The crash that an answer speaks of, as it was stored.</summary>
    internal async Task<RawCrash> GetStoredAsync(WireReply reply)
    {
        Assert.Matches(@"\ACrashID=bp-[0-9a-f-]{36}\n\z", reply.Body);
        var crash = await Store.FindRawAsync(CrashId.Parse(reply.Body[11..47]), TestContext.Current.CancellationToken);
        Assert.NotNull(crash);
        return crash;
    }

    internal async Task<byte[]> GetDumpAsync(RawCrash crash, string name) =>
        (await Store.FindDumpAsync(crash.Id, name, TestContext.Current.CancellationToken))!.Value.ToArray();

    sealed class RecordingLog : ILoggerProvider, ILogger
    {
        readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = [];

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
