using System.Reflection;

namespace Socorro;

/// <summary>The wiring: every part of one process, put together from its options.</summary>
public static class App
{
    /// <summary>The product's version, with the commit it was built from where that is known.</summary>
    public static string Version { get; } = typeof(App).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Opens the engines and builds the server; nothing listens before it is started.</summary>
    public static Task<WebApplication> BuildAsync(Options options, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Url);
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        return Task.FromResult(builder.Build());
    }
}
