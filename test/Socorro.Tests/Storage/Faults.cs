using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>How a call of an engine fails.</summary>
enum Fault
{
    None,

    /// <summary>It never reached the engine.</summary>
    Before,

    /// <summary>The engine did it, and the answer was lost.</summary>
    After,
}

/// <summary>Decides which calls of one or several engines fail. The engines behind are real.</summary>
sealed class Faults
{
    /// <summary>Asked at each call, with its name.</summary>
    public Func<string, Fault> Plan { get; set; } = _ => Fault.None;

    /// <summary>Waited for before each call, with its name: how slow the engine is.</summary>
    public Func<string, Task> Delay { get; init; } = _ => Task.CompletedTask;

    public Func<Exception> Failure { get; init; } = () => new StorageRefusedException("The engine is away");

    public async Task<T> RunAsync<T>(string call, Func<Task<T>> act)
    {
        await Delay(call);
        var fault = Plan(call);
        if (fault == Fault.Before)
            throw Failure();

        var result = await act();
        return fault == Fault.After ? throw Failure() : result;
    }

    public Task RunAsync(string call, Func<Task> act) => RunAsync(call, async () =>
    {
        await act();
        return true;
    });
}
