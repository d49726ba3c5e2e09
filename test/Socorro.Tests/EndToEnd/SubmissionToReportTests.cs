using System.Text.Json;
using Microsoft.Playwright;
using Socorro.Access;
using static Microsoft.Playwright.Assertions;

namespace Socorro.Tests.EndToEnd;

/// <summary>One crash all the way: from a client's request to what a person sees.</summary>
public sealed class SubmissionToReportTests(Browser browser, RunningApp app) : IClassFixture<RunningApp>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_submitted_minidump_becomes_a_report_with_the_stack_that_breakpad_finds()
    {
        var expected = await ReadExpectedFramesAsync();
        var dump = await File.ReadAllBytesAsync(SharedData.Path("dumps", "breakpad", "minidump2.dmp"), Cancel);
        await using var window = await browser.OpenAsync(app.Url);
        await window.SignInAsync(await app.AddTokenAsync(Permission.ViewProtected));

        var id = await app.SubmitAsync(dump, ("ProductName", "Editor"), ("Version", "2.1"), ("Comments", "I <b>clicked</b>"));
        await window.Page.GotoAsync($"/report/index/bp-{id}");

        await Expect(window.Page.Locator("h1")).ToContainTextAsync("CrashFunction");
        await Expect(window.Page.Locator(".facts")).ToContainTextAsync("Editor 2.1");
        await Expect(window.Page.Locator(".facts")).ToContainTextAsync("Windows XP");
        Assert.Equal(expected, await ReadCrashingStackAsync(window.Page));
        await window.Page.ClickAsync("text=Annotations");
        await Expect(window.Page.Locator("#tab-annotations")).ToContainTextAsync("I <b>clicked</b>");
    }

    [Fact]
    public async Task A_submitted_crash_is_listed_and_found_by_its_signature()
    {
        var dump = await File.ReadAllBytesAsync(SharedData.Path("dumps", "breakpad", "linux_null_dereference.dmp"), Cancel);
        await using var window = await browser.OpenAsync(app.Url);
        var id = await app.SubmitAsync(dump, ("ProductName", "Lister"), ("Version", "7"));

        await window.Page.GotoAsync($"/report/index/{id}");
        await Expect(window.Page.Locator(".facts")).ToContainTextAsync("Lister 7");
        await window.Page.ClickAsync("text=All crashes with this signature");
        await ExpectListedAsync();
        await window.Page.ClickAsync("nav >> text=Crashes");
        await ExpectListedAsync();

        // The lists learn of a crash just after its report is there.
        async Task ExpectListedAsync()
        {
            var link = window.Page.Locator($"a[href='/report/index/{id}']");
            for (var tries = 0; tries < 20 && await link.CountAsync() == 0; tries++)
            {
                await Task.Delay(100, Cancel);
                await window.Page.ReloadAsync();
            }

            await Expect(link).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task A_crash_somebody_looks_at_shows_up_before_the_ones_that_came_first()
    {
        var dump = await File.ReadAllBytesAsync(SharedData.Path("dumps", "breakpad", "minidump2.dmp"), Cancel);
        await using var window = await browser.OpenAsync(app.Url);
        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => app.SubmitAsync(dump, ("ProductName", "Queue"), ("Version", $"{i}"))));

        await window.Page.GotoAsync($"/report/index/{ids[^1]}");

        await Expect(window.Page.Locator("h1")).ToContainTextAsync("CrashFunction");
    }

    [Theory]
    [InlineData("not a minidump at all", "Crashed before it began")]
    [InlineData("", "Empty")]
    [InlineData("MDMP\u0093\u00a7\0\0", "Truncated")]
    [InlineData(null, "None")]
    public async Task A_crash_without_a_usable_dump_has_its_report_as_well(string? dump, string product)
    {
        await using var window = await browser.OpenAsync(app.Url);
        var bytes = dump is null ? null : System.Text.Encoding.Latin1.GetBytes(dump);
        var id = await app.SubmitAsync(bytes, ("ProductName", product), ("Version", "1"));

        await window.Page.GotoAsync($"/report/index/{id}");

        await Expect(window.Page.Locator(".facts")).ToContainTextAsync(product);
        await Expect(window.Page.Locator("#tab-details")).ToContainTextAsync("There are no stacks");
        await window.Page.ClickAsync("text=Debug");
        await Expect(window.Page.Locator("#tab-debug")).ToContainTextAsync("Start processing");
    }

    static async Task<List<string>> ReadExpectedFramesAsync()
    {
        var folder = SharedData.Path("cases", "stackwalk", "breakpad-out");
        using var machine = await OpenAsync("minidump2.machine.json");
        using var human = await OpenAsync("minidump2.human.json");
        var trusts = human.RootElement.GetProperty("expect").GetProperty("threads")[0].GetProperty("frames").EnumerateArray()
            .Select(frame => frame.GetProperty("trust").GetString());
        return [.. machine.RootElement.GetProperty("expect").GetProperty("threads").GetProperty("0").EnumerateArray()
            .Zip(trusts, (frame, trust) => $"{Show(frame)} {trust}")];

        static string Show(JsonElement frame)
        {
            var line = Text("line") is { Length: > 0 } number ? $":{number}" : "";
            return $"{Text("i")} {Text("module")}!{Text("function")} [{Text("file")}{line}]";

            string Text(string name) => frame.GetProperty(name).GetString()!;
        }

        async Task<JsonDocument> OpenAsync(string name) =>
            JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, name), Cancel));
    }

    static async Task<List<string>> ReadCrashingStackAsync(IPage page)
    {
        var frames = new List<string>();
        foreach (var row in await page.Locator("#tab-details .stack tbody tr").AllAsync())
        {
            var source = await row.Locator(".src > *").GetAttributeAsync("title");
            frames.Add(
                $"{await CellAsync(row, ".num")} {await CellAsync(row, ".mod")}!{await CellAsync(row, ".fn")} [{source}] "
                + $"{(await CellAsync(row, ".trust")).Replace(' ', '_')}");
        }

        return frames;

        static async Task<string> CellAsync(ILocator row, string cell) => (await row.Locator(cell).InnerTextAsync()).Trim();
    }
}
