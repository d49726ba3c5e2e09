using Microsoft.Playwright;
using Socorro.Storage;
using Socorro.Tests.Web;
using static Microsoft.Playwright.Assertions;

namespace Socorro.Tests.EndToEnd;

/// <summary>The pages in a real browser, over real engines.</summary>
public sealed class PagesInBrowserTests(Browser browser, Site site) : IClassFixture<Site>
{
    const string Processed = """
        {
          "signature": "Editor::Paint", "product": "Editor", "version": "2.1", "reason": "SIGSEGV / SEGV_MAPERR",
          "address": "0x45", "crashing_thread": 0,
          "json_dump": {
            "threads": [
              {"thread_name": "Main", "frames": [
                {"frame": 0, "module": "editor", "function": "Editor::Paint(Canvas&)", "file": "/b/src/paint.cc", "line": 12, "trust": "context"}]},
              {"thread_name": "Idle", "frames": [{"frame": 0, "module": "libc.so.6", "function": "poll", "trust": "context"}]}
            ],
            "modules": [{"filename": "editor", "debug_id": "1A2B3C4D5E6F", "loaded_symbols": true}]
          }
        }
        """;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pending_page_turns_into_the_report_by_itself()
    {
        var id = await site.AddRawAsync(("ProductName", "Editor"));
        await using var window = await browser.OpenAsync(site.Url);

        await window.Page.GotoAsync($"/report/index/{id}");
        await Expect(window.Page.Locator("h1")).ToHaveTextAsync("This crash is being processed");
        await site.Store.PutProcessedAsync(new(id, System.Text.Encoding.UTF8.GetBytes(Processed)), Cancel);

        await Expect(window.Page.Locator("h1")).ToHaveTextAsync("Editor::Paint");
        await Expect(window.Page.Locator(".why")).ToContainTextAsync("SIGSEGV / SEGV_MAPERR at 0x45");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_report_is_processed_again_by_its_button_and_turns_into_the_new_one(bool hasScripts)
    {
        var id = await site.AddProcessedAsync(Processed);
        await using var window = await browser.OpenAsync(site.Url, new() { JavaScriptEnabled = hasScripts });
        await window.SignInAsync(site.Secret);

        await window.Page.GotoAsync($"/report/index/{id}");
        await window.Page.ClickAsync("text=Process again");
        await Expect(window.Page.Locator(".state")).ToContainTextAsync("waits for its turn");
        var order = (await site.Catalog.Reprocessing.ListOpenAsync(1000, Cancel)).MaxBy(order => order.Key)!;
        await site.Catalog.Reprocessing.CloseAsync(order.Key, ReprocessingState.Done, null, site.Time.GetUtcNow(), Cancel);
        await Expect(window.Page.Locator(".state")).ToContainTextAsync("is being processed again, ahead of all others");
        var made = Processed.Replace("Editor::Paint\"", "Editor::Draw\"", StringComparison.Ordinal)
            .Insert(2, $"\"processor_notes\": \">>> Start processing: now (socorro 1; {order.Reason})\\nodd\",");
        await site.Store.PutProcessedAsync(new(id, System.Text.Encoding.UTF8.GetBytes(made)), Cancel);

        await Expect(window.Page.Locator(".state.good")).ToContainTextAsync("you see the new report");
        await Expect(window.Page.Locator("h1")).ToHaveTextAsync("Editor::Draw");
        await Expect(window.Page.Locator(".progress")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Tabs_work_by_mouse_keyboard_and_link()
    {
        var page = $"/report/index/{await site.AddProcessedAsync(Processed, ("Comments", "I clicked"))}";
        await using var window = await browser.OpenAsync(site.Url);
        await window.SignInAsync(site.Secret);

        await window.Page.GotoAsync(page);
        await Expect(Panel("tab-details")).ToBeVisibleAsync();
        await Expect(Panel("tab-modules")).ToBeHiddenAsync();

        await window.Page.ClickAsync("text=Modules");
        await Expect(Panel("tab-modules")).ToBeVisibleAsync();
        await Expect(Panel("tab-details")).ToBeHiddenAsync();
        await Expect(window.Page.Locator(".tabs [aria-current]")).ToContainTextAsync("Modules");

        await window.Page.FocusAsync(".tabs a[href='#tab-modules']");
        await window.Page.Keyboard.PressAsync("ArrowLeft");
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(Panel("tab-annotations")).ToBeVisibleAsync();
        await Expect(Panel("tab-annotations")).ToContainTextAsync("I clicked");

        await window.Page.GoBackAsync();
        await Expect(Panel("tab-modules")).ToBeVisibleAsync();

        await window.Page.GotoAsync($"{page}#thread-1");
        await Expect(window.Page.Locator("#thread-1 .stack")).ToBeVisibleAsync();

        ILocator Panel(string id) => window.Page.Locator($"#{id}");
    }

    [Fact]
    public async Task Tabs_work_without_scripts()
    {
        var page = $"/report/index/{await site.AddProcessedAsync(Processed)}";
        await using var window = await browser.OpenAsync(site.Url, new() { JavaScriptEnabled = false });

        await window.Page.GotoAsync(page);
        await window.Page.ClickAsync("text=Modules");

        await Expect(window.Page.Locator("#tab-modules")).ToBeVisibleAsync();
        await Expect(window.Page.Locator("#tab-details")).ToBeHiddenAsync();
        await Expect(window.Page.Locator("button[data-copy]").First).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_report_gives_out_its_id_its_documents_and_its_dump()
    {
        var id = await site.AddProcessedAsync(Processed);
        await using var window = await browser.OpenAsync(
            site.Url, new() { Permissions = ["clipboard-read", "clipboard-write"] });
        await window.SignInAsync(site.Secret);

        await window.Page.GotoAsync($"/report/index/{id}#tab-rawdump");
        await window.Page.ClickAsync(".crash-id button");
        Assert.Equal(id.ToString(), await window.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        await window.Page.ClickAsync("text=Show here >> nth=0");
        await Expect(window.Page.Locator("#shown-document")).ToContainTextAsync("\"signature\": \"Editor::Paint\"");

        var download = await window.Page.RunAndWaitForDownloadAsync(() => window.Page.ClickAsync("text=upload_file_minidump"));
        Assert.Equal($"{id}-upload_file_minidump.dmp", download.SuggestedFilename);
    }

    [Fact]
    public async Task Somebody_signs_in_on_a_report_sees_all_of_it_and_signs_out()
    {
        var id = await site.AddProcessedAsync(Processed, ("Comments", "I clicked"));
        await using var window = await browser.OpenAsync(site.Url);
        await window.Page.GotoAsync($"/report/index/{id}");
        await Expect(window.Page.Locator(".reader")).ToContainTextAsync("This is the public part of the report.");

        await window.Page.ClickAsync(".reader >> text=Sign in");
        await window.Page.FillAsync("input[name=token]", site.Secret);
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page).ToHaveURLAsync($"{site.Url}/report/index/{id}");
        await Expect(window.Page.Locator(".reader")).ToContainTextAsync("You see protected data");
        await window.Page.ClickAsync("text=Annotations");
        await Expect(window.Page.Locator("#tab-annotations")).ToContainTextAsync("I clicked");

        await window.Page.ClickAsync("nav >> text=owner");
        await window.Page.ClickAsync("text=Sign out");
        await window.Page.GotoAsync($"/report/index/{id}#tab-annotations");
        await Expect(window.Page.Locator("#tab-annotations")).ToContainTextAsync("1 annotation is protected.");
    }

    [Fact]
    public async Task The_search_box_leads_to_the_report()
    {
        var id = await site.AddProcessedAsync(Processed);
        await using var window = await browser.OpenAsync(site.Url);

        await window.Page.GotoAsync("/");
        await window.Page.FillAsync("input[name=query]", $"bp-{id}");
        await window.Page.Keyboard.PressAsync("Enter");

        await Expect(window.Page).ToHaveURLAsync($"{site.Url}/report/index/{id}");
        await Expect(window.Page.Locator("h1")).ToHaveTextAsync("Editor::Paint");
    }

    [Fact]
    public async Task The_status_page_renews_itself()
    {
        await using var window = await browser.OpenAsync(site.Url);
        await window.Page.Clock.InstallAsync();
        await window.Page.GotoAsync("/monitoring/");
        var before = await ReadWaitingAsync();
        await site.Queue.PublishAsync(Lane.Reprocessing, [await site.AddRawAsync()], Cancel);

        await window.Page.Clock.FastForwardAsync(11_000);

        await Expect(WaitingCell()).ToHaveTextAsync($"{before + 1}");

        ILocator WaitingCell() => window.Page.Locator("tr:has-text('Reprocessing') td").First;

        async Task<int> ReadWaitingAsync() =>
            int.Parse(await WaitingCell().InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Every_page_fits_a_phone()
    {
        var id = await site.AddProcessedAsync(Processed, ("Long", new string('x', 5_000)));
        await site.RecordAsync(new string('s', 255), TimeSpan.FromMinutes(1));
        await using var window = await browser.OpenAsync(
            site.Url, new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await window.SignInAsync(site.Secret);

        string[] pages =
        [
            "/", $"/report/index/{id}", $"/report/index/{id}#tab-threads", $"/report/index/{id}#tab-annotations",
            $"/report/index/{id}#tab-modules", $"/report/index/{id}#tab-rawdump", $"/report/index/{id}#tab-debug",
            $"/report/index/{await site.AddRawAsync()}", $"/signature/?signature={new string('s', 255)}", "/monitoring/", "/api/", "/login/",
        ];
        foreach (var page in pages)
        {
            await window.Page.GotoAsync(page);
            var overflow = await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
            Assert.True(overflow <= 0, $"{page} is {overflow} pixels too wide");
        }
    }

    [Fact]
    public async Task The_first_key_of_a_reader_skips_to_the_content()
    {
        await using var window = await browser.OpenAsync(site.Url);
        await window.Page.GotoAsync("/monitoring/");

        await window.Page.Keyboard.PressAsync("Tab");
        await Expect(window.Page.Locator(".skip")).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Enter");

        await Expect(window.Page.Locator("#content")).ToBeFocusedAsync();
    }
}
