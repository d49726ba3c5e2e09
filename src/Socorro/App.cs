using System.Diagnostics.Metrics;
using System.Reflection;
using Socorro.Collecting;
using Socorro.Engines.Embedded;
using Socorro.Minidumps;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Supply;
using Socorro.Processing;
using Socorro.Regrouping;
using Socorro.Reprocessing;
using Socorro.Signatures;
using Socorro.Signatures.Lists;
using Socorro.Storage;
using Socorro.Throttling;
using Socorro.Web;

namespace Socorro;

/// <summary>The wiring: every part of one process, put together from its options.</summary>
public static class App
{
    /// <summary>The product's version, with the commit it was built from where that is known.</summary>
    public static string Version { get; } = typeof(App).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Opens the engines and builds the server; nothing listens, moves or processes before it is started.</summary>
    /// <exception cref="VerbFailedException">The data folder, the operator's fields or a plug-in can't be used.</exception>
    public static async Task<WebApplication> BuildAsync(Options options, CancellationToken cancel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var loggers = LoggerFactory.Create(ConfigureLogging);
        builder.Services.AddSingleton(_ => loggers);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        await AddEnginesAsync(builder.Services, options, loggers, cancel);
        AddCollecting(builder.Services, options, loggers);
        AddProcessing(builder.Services, options, loggers);
        AddReprocessing(builder.Services, options);
        builder.Services.AddSocorroWeb();

        var app = builder.Build();
        // The container disposes only what it has handed out.
        _ = app.Services.GetRequiredService<EmbeddedEngines>();
        // Here and not at the first crash, so that rules which don't fit end the start.
        _ = app.Services.GetRequiredService<PipelineChoice>();
        app.MapWeb();
        app.MapCollecting();
        return app;
    }

    static void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.AddFilter("Microsoft", LogLevel.Warning);
    }

    static async Task AddEnginesAsync(
        IServiceCollection services, Options options, ILoggerFactory loggers, CancellationToken cancel)
    {
        EmbeddedEngines engines;
        try
        {
            engines = await EmbeddedEngines.OpenAsync(options.Data, options.Store, TimeProvider.System, loggers, cancel);
        }
        catch (StorageRefusedException e)
        {
            throw new VerbFailedException($"{e.Message} --data takes another data folder.", cause: e);
        }

        services.AddSingleton(_ => engines);
        services.AddSingleton(engines.Store);
        services.AddSingleton(engines.Queue);
        services.AddSingleton(engines.Catalog);
        AddMoving(services, engines, loggers);
        services.AddSingleton<Reconciler>();
        AddLoop<Reconciler>(services, reconciler => reconciler.RunAsync);
    }

    static void AddMoving(IServiceCollection services, EmbeddedEngines engines, ILoggerFactory loggers)
    {
        StoreHandover NewHandover(CrashStore keeping) =>
            new(engines.Accepting, keeping, engines.Queue, loggers.CreateLogger<StoreHandover>());

        Handover handover = engines.Keeping is { } store ? NewHandover(store) : new QueueHandover(engines.Store, engines.Queue);
        services.AddSingleton(new CrashMover(
            engines.Accepting, handover, TimeProvider.System, loggers.CreateLogger<CrashMover>()));
        AddLoop<CrashMover>(services, mover => mover.RunAsync);
        if (engines.Keeping is null)
            return;

        services.AddSingleton(new Stragglers(
            engines.Accepting, NewHandover(engines.Keeping), TimeProvider.System, loggers.CreateLogger<Stragglers>()));
        AddLoop<Stragglers>(services, stragglers => stragglers.RunAsync);
    }

    static void AddCollecting(IServiceCollection services, Options options, ILoggerFactory loggers)
    {
        try
        {
            var token = options.ForwarderTokenFile.Length > 0 ? File.ReadAllText(options.ForwarderTokenFile).Trim() : "";
            services.AddSingleton(new CollectorSettings { ForwarderToken = token });
            services.AddSingleton(ThrottleFile.Open(options.Throttle, TimeProvider.System, loggers.CreateLogger<ThrottleFile>()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new VerbFailedException(e.Message, exitCode: 2, e);
        }

        services.AddSingleton(new FreeSpace(options.Data, options.MinFreeMegabytes * 1_000_000L));
        services.AddSingleton<CollectorMetrics>();
        // Never the store that may be away: submissions must not wait for it.
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Collector>(
            provider, provider.GetRequiredService<EmbeddedEngines>().Accepting));
    }

    static void AddProcessing(IServiceCollection services, Options options, ILoggerFactory loggers)
    {
        var rules = OperatorRules.Load(options);
        services.AddSingleton(rules.Fields);
        services.AddSingleton(LoadSignatureLists(options, loggers));
        AddLoop<SignatureGenerators>(services, generators => generators.FollowAsync);
        services.AddSingleton(provider =>
            new ProcessingMetrics(provider.GetRequiredService<IMeterFactory>().Create("Socorro")));
        AddSymbols(services, options);
        services.AddSingleton(provider => new DumpWalker(
            provider.GetRequiredService<SymbolStore>(),
            provider.GetService<SymbolSupply>() is { } supply ? supply.FetchAsync : null,
            Limits.Default with { MaxTotalFrames = 500_000 },
            provider.GetRequiredService<ProcessingMetrics>(),
            provider.GetRequiredService<ILogger<DumpWalker>>()));
        services.AddSingleton(provider => rules.Build(
            provider.GetRequiredService<SignatureGenerators>(),
            provider.GetRequiredService<ProcessingMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<UndeclaredCounter>();
        AddLoop<UndeclaredCounter>(services, counter => counter.RunAsync);
        services.AddSingleton<CrashProcessor>();
        services.AddSingleton(new ProcessorSettings { Workers = options.Workers });
        services.AddSingleton<ProcessorLoop>();
        AddLoop<ProcessorLoop>(services, loop => loop.RunAsync);
    }

    static void AddReprocessing(IServiceCollection services, Options options)
    {
        services.AddSingleton(provider =>
            new ReprocessingMetrics(provider.GetRequiredService<IMeterFactory>().Create("Socorro")));
        services.AddSingleton(new ReprocessingSettings { Rate = options.ReprocessingRate });
        services.AddSingleton<SignatureRegenerator>();
        services.AddSingleton<ReprocessingDesk>();
        services.AddSingleton<StoredStacks>();
        services.AddSingleton<Reprocessor>();
        AddLoop<Reprocessor>(services, reprocessor => reprocessor.RunAsync);
    }

    static void AddSymbols(IServiceCollection services, Options options)
    {
        var folder = Path.Combine(options.Data, "symbols");
        var fetched = Path.Combine(folder, "fetched");
        var store = new SymbolStore(new SymbolStoreOptions
        {
            Roots = options.SymbolServers.Count > 0 ? [.. options.Symbols, fetched] : options.Symbols,
            CacheFolder = Path.Combine(folder, "tables"),
        });
        services.AddSingleton(store);
        if (options.SymbolServers.Count == 0)
            return;

        var supply = new SymbolSupplyOptions
        {
            Servers = [.. options.SymbolServers.Select(address => new SymbolServer(address))],
            Folder = fetched,
        };
        services.AddSingleton(_ => new SymbolSupply(supply, store));
    }

    /// <summary>Reads the operator's signature lists, and follows them once that is asked for.</summary>
    /// <exception cref="VerbFailedException">They can't be used; the message names each mistake by file and line.</exception>
    internal static SignatureGenerators LoadSignatureLists(
        Options options, ILoggerFactory loggers, SignatureMode mode = SignatureMode.Corrected)
    {
        var folder = new ListFolder(options.SignatureListFolder);
        if (options.SignatureLists.Length > 0 && !folder.Exists)
            throw new VerbFailedException($"There is no folder {folder.Path} with signature lists.", exitCode: 2);

        try
        {
            return new(folder, TimeProvider.System, loggers.CreateLogger<SignatureGenerators>(), mode);
        }
        catch (Exception e) when (e is SignatureListException or IOException or UnauthorizedAccessException)
        {
            throw new VerbFailedException($"the signature lists can't be used:\n{e.Message}", exitCode: 2, cause: e);
        }
    }

    static void AddLoop<T>(IServiceCollection services, Func<T, Func<CancellationToken, Task>> run)
        where T : notnull =>
        services.AddSingleton<IHostedService>(provider => new Loop(run(provider.GetRequiredService<T>())));

    /// <summary>Work that goes on as long as the process.</summary>
    sealed class Loop(Func<CancellationToken, Task> run) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => run(stoppingToken);
    }
}
