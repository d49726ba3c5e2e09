using System.Globalization;
using Socorro.Web;
using Socorro.Web.Api;
using Spectre.Console;

namespace Socorro.Cli;

/// <summary>Follows a reprocessing order until it is over: with a bar on a terminal, else with a line now and then.</summary>
static class OrderProgress
{
    const string Open = "open";

    static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);
    static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    /// <returns>0 when all went well.</returns>
    public static async Task<int> FollowAsync(OrderAnswer order, Func<Task<OrderAnswer>> find, CancellationToken cancel)
    {
        try
        {
            if (order.State == Open)
                order = await (Console.IsErrorRedirected ? TellAsync(find, cancel) : ShowAsync(order, find, cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Console.Error.WriteLine(
                $"Order {order.Order} goes on without you. 'socorro reprocess show {order.Order}' follows it again, "
                + $"'socorro reprocess cancel {order.Order}' stops it.");
            throw;
        }

        Console.WriteLine($"Order {order.Order} is {order.State}: {Describe(order)}");
        foreach (var trouble in (string?[])[order.Failure, order.Error])
        {
            if (trouble is not null)
                Console.Error.WriteLine($"socorro: {trouble}");
        }

        return order is { State: "done", Failed: 0 } ? 0 : 1;
    }

    public static string Describe(OrderAnswer order)
    {
        var total = order.Total is { } known ? $" of {Wording.Count(known)}" : "";
        var failed = order.Failed > 0 ? $", {Wording.Count(order.Failed)} failed" : "";
        var done = order.Only is null ? "queued again" : "have their signature again";
        return $"{Wording.Count(order.Looked)}{total} looked at, {Wording.Count(order.Sent)} {done}{failed}";
    }

    static async Task<OrderAnswer> TellAsync(Func<Task<OrderAnswer>> find, CancellationToken cancel)
    {
        for (var waited = TimeSpan.Zero; ; waited += AskEvery)
        {
            await Task.Delay(AskEvery, cancel);
            var order = await find();
            if (order.State != Open)
                return order;

            if (waited.Ticks % TellEvery.Ticks == 0)
                Console.Error.WriteLine($"{DateTime.UtcNow.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {Describe(order)}");
        }
    }

    static async Task<OrderAnswer> ShowAsync(OrderAnswer order, Func<Task<OrderAnswer>> find, CancellationToken cancel)
    {
        var terminal = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
        await terminal.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask(Markup.Escape(Describe(order)));
                while (order.State == Open)
                {
                    bar.IsIndeterminate = order.Total is null;
                    bar.MaxValue = Math.Max(1, order.Total ?? 1);
                    bar.Value = order.Looked;
                    bar.Description = Markup.Escape(order.Error ?? Describe(order));
                    await Task.Delay(AskEvery, cancel);
                    order = await find();
                }

                bar.Value = order.Looked;
            });
        return order;
    }
}
