using System.Text.Json.Nodes;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Tests.Fuzzing;

namespace Socorro.Minidumps.Tests.Output;

/// <summary>What our reports say beyond those of minidump-stackwalk.</summary>
public sealed class ReportAdditionsTests
{
    [Fact]
    public void Each_frame_of_the_crashed_thread_has_its_registers_and_all_threads_have_on_demand()
    {
        var state = Walks.Walk("linux-amd64/threads.dmp", "symbols-linux");
        var report = Report(state, JsonOptions.Default);
        var all = Report(state, new() { HasAllRegisters = true });

        Assert.All(report["crashing_thread"]!["frames"]!.AsArray(), frame => Assert.NotNull(frame!["registers"]!["rip"]));
        Assert.All(report["threads"]!.AsArray(), thread => Assert.Null(thread!["frames"]![0]!["registers"]));
        Assert.All(all["threads"]!.AsArray(), thread =>
            Assert.All(thread!["frames"]!.AsArray(), frame => Assert.NotNull(frame!["registers"]!["rsp"])));
    }

    [Fact]
    public void Threads_are_named_by_the_function_they_began_in()
    {
        var dump = Synthetic(0);
        var symbols = new SymbolStore([]);
        symbols.Add(StackWalker.KeyOf(dump.Modules[0]), FuzzDump.ReadSymbols());
        var state = StackWalker.Walk(dump, symbols, WalkOptions.Default);

        var thread = Report(state, JsonOptions.Default)["threads"]![1]!;
        Assert.Equal(("main", "program"), ((string?)thread["start_function"], (string?)thread["start_module"]));
        Assert.Contains("    began at program!main + 0x0\n", Text(state, new() { TellsWhy = true }));
    }

    [Fact]
    public void A_thread_that_began_outside_all_modules_began_at_an_address()
    {
        var synthetic = new SyntheticDump().System(9, 3);
        var context = synthetic.Add(synthetic.Layout().Zeros(1232).Put(48, 0x10000f, 4).Put(248, 0x401000, 8));
        synthetic.Stream(3, synthetic.Layout().U32(1).U32(7).Zeros(36).U32(1232).U32(context));
        synthetic.Stream(17, synthetic.Layout().U32(12).U32(64).U32(1).U32(7).Zeros(12)
            .U64(133_000_000_000_000_000).U64(0).U64(20_000).U64(35_000).U64(0x7ff0).U64(3));
        var state = StackWalker.Walk(synthetic.Open(), SymbolStore.Empty, WalkOptions.Default);

        Assert.Contains("    began at 0x7ff0\n", Text(state, HumanOptions.Default));
        Assert.Equal(
            """{"affinity":3,"created":1655526400,"exit_status":0,"exited":null,"flags":0,"kernel_ms":2,"user_ms":3}""",
            Report(state, JsonOptions.Default)["threads"]![0]!["times"]!.ToJsonString());
    }

    [Fact]
    public void An_exception_comes_with_those_that_were_being_handled()
    {
        var state = Walks.Walk(FuzzDump.Build(FuzzMachine.All[1]));
        var nested = Report(state, JsonOptions.Default)["exception"]!["nested"]!.AsArray();

        Assert.Contains("While handling: Unhandled C++ Exception at 0x", Text(state, HumanOptions.Default));
        Assert.Equal(("0xe06d7363", "Unhandled C++ Exception"), ((string?)nested[0]!["code"], (string?)nested[0]!["type"]));
    }

    [Fact]
    public void Memory_and_times_of_machine_and_process_are_told()
    {
        var report = Report(Walks.Walk("breakpad/tiny-exe-fastfail.dmp"), JsonOptions.Default);

        Assert.Equal(14, (int)report["memory_regions"]!["captured"]!["count"]!);
        Assert.Null(report["memory_regions"]!["mapped"]);
        Assert.Equal(1663, (int)report["process_memory"]!["page_faults"]!);
        Assert.Equal(1_658_230_053, (int)report["process_times"]!["created"]!);
        Assert.Equal(4096, (int)report["system_memory"]!["page_size"]!);
        Assert.Equal("19041.1.amd64fre.vb_release.191206-1406", (string?)report["misc_info"]!["build"]);
        Assert.Equal("STATUS_OBJECT_PATH_NOT_FOUND", (string?)report["threads"]![0]!["last_status_value"]);
        var mapped = Report(Walks.Walk("linux-amd64/null.dmp"), JsonOptions.Default)["memory_regions"]!["mapped"]!;
        Assert.InRange((int)mapped["count"]!, 20, 100);
        Assert.InRange((long)mapped["writable_bytes"]!, 1, (long)mapped["bytes"]!);
    }

    [Fact]
    public void What_Crashpad_says_is_told_as_it_stands_and_merged()
    {
        var state = StackWalker.Walk(Synthetic(0), SymbolStore.Empty, WalkOptions.Default);
        var report = Report(state, JsonOptions.Default);
        var info = report["crashpad_info"]!;

        Assert.Equal("renderer", (string?)report["annotations"]!["ptype"]);
        Assert.Equal("renderer", (string?)info["simple_annotations"]!["ptype"]);
        Assert.Equal(("program", "renderer"), ((string?)info["module_list"]![0]!["module"], (string?)info["module_list"]![0]!["list_annotations"]![0]));
        Assert.Equal(
            ["""{"name":"ptype","type":1,"value":"renderer"}""", """{"bytes":"7074797065","name":"renderer","type":32769}""", """{"name":"ptype","type":0}"""],
            info["module_list"]![0]!["annotation_objects"]!.AsArray().Select(annotation => annotation!.ToJsonString()));
        Assert.Contains("\nAnnotations of the client:\nlist_annotations = renderer\nptype = renderer\n", Text(state, HumanOptions.Default));
        Assert.Contains("\nComment: größer\n", Text(state, HumanOptions.Default));
    }

    [Fact]
    public void Handles_and_what_was_done_with_them_are_told()
    {
        var state = StackWalker.Walk(Synthetic(1), SymbolStore.Empty, WalkOptions.Default);
        var report = Report(state, JsonOptions.Default);

        Assert.Equal(("event", "01000000"), ((string?)report["handles"]![0]!["object_info"]![0]!["type"], (string?)report["handles"]![0]!["object_info"]![0]!["bytes"]));
        var operation = report["handle_operations"]![0]!;
        Assert.Equal((0x7b, "close", 8), ((int)operation["handle"]!, (string?)operation["operation"], (int)operation["thread_id"]!));
        Assert.Equal(["0x0000000000401110", "0x0000000060000010"], operation["return_addresses"]!.AsArray().Select(address => (string?)address));
        Assert.Equal("""[{"bytes":8,"handle":123,"id":4711}]""", report["security_tokens"]!.ToJsonString());
        Assert.Contains("\nWhat was done with handles:\n0x7b: close by thread 8 < program + 0x1110 < 0x60000010\n", Text(state, HumanOptions.Default));
        Assert.DoesNotContain("TokenStream", Text(state, HumanOptions.Default), StringComparison.Ordinal);
    }

    [Fact]
    public void What_Linux_says_of_process_processor_and_threads_is_told()
    {
        var report = Report(StackWalker.Walk(Synthetic(0), SymbolStore.Empty, WalkOptions.Default), JsonOptions.Default);

        Assert.Equal("Any", (string?)report["system_info"]!["cpu_model"]);
        Assert.Equal("""{"resident_bytes":131072,"signals_queued":"0/7000","threads":2,"tracer_pid":99}""", report["process_status"]!.ToJsonString());
        Assert.Equal(259, (int)report["threads"]![1]!["times"]!["exit_status"]!);
        Assert.Null(report["threads"]![0]!["last_error_value"]);
    }

    [Fact]
    public void The_shadow_stack_is_told_and_listed()
    {
        var state = Walks.Walk("breakpad/tiny-exe-with-cet-xsave.dmp");
        using var listing = new StringWriter();
        Minidumps.Output.Raw.RawListing.WriteText(state.Dump, listing, isBrief: true);

        Assert.Equal("0x000000cbc83fefc8", (string?)Report(state, JsonOptions.Default)["threads"]![0]!["shadow_stack_pointer"]);
        Assert.Matches(@"\nXSAVE_11\n  user_cet = 0x[0-9a-f]+\n  user_ssp = 0xcbc83fefc8\n", listing.ToString());
    }

    [Fact]
    public void The_instructions_around_the_crash_are_listed()
    {
        var state = Walks.Walk("linux-x86/null.dmp", "symbols-linux");
        var listing = InstructionListing.Around(state);

        Assert.Equal(
            ["call $-0xd9c", "add edx, 0x1b4bf", "mov eax, dword [eax]", "add eax, 0x7", "mov dword [edx + 0x130], 0x1"],
            listing.Skip(4).Take(5).Select(line => line.Text));
        Assert.Equal(6, listing.ToList().FindIndex(line => line.IsCurrent));
        Assert.Equal(11, Report(state, JsonOptions.Default)["crash_info"]!["instruction_listing"]!.AsArray().Count);
        Assert.Contains(" => 0x56638b3b  8b00                   mov eax, dword [eax]\n", Text(state, new() { ListsInstructions = true }));
        Assert.Empty(InstructionListing.Around(Walks.Walk("linux-arm64/null.dmp")));
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(5, 4)]
    public void Listings_of_arm_go_in_its_steps(int machine, int length)
    {
        var listing = InstructionListing.Around(StackWalker.Walk(Synthetic(machine), SymbolStore.Empty, WalkOptions.Default));

        Assert.Equal([0x401000UL, 0x401004UL, 0x401008UL, 0x40100cUL, 0x401010UL], listing.Select(line => line.Address));
        Assert.All(listing, line => Assert.Equal(length, line.Bytes.Length));
        Assert.True(listing[2].IsCurrent);
    }

    [Fact]
    public void Why_a_frame_has_no_function_and_a_module_no_symbols_is_told_on_demand()
    {
        using var folder = new Symbols.TemporaryFolder();
        var path = Path.Combine(folder.Path, "test_app.pdb", "5A9832E5287241C1838ED98914E9B7FF1");
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "test_app.sym"), "MODULE windows x86 0000000000000000000000000000000B1 test_app.pdb\nFUNC 1 1 0 f\n");
        var dump = RealDumps.Open("breakpad", "minidump2.dmp");
        var state = StackWalker.Walk(dump, new SymbolStore([folder.Path]), WalkOptions.Default);
        state = state with
        {
            Modules = [.. state.Modules.Select(module => module with { Downloads = module.Lookup is null ? [] : [new("https://s/x.sym", "answered 404")] })],
        };

        var report = Report(state, new() { TellsWhy = true });
        var lookup = report["modules"]![0]!["symbol_lookup"]!;
        var attempts = lookup["attempts"]!.AsArray().Select(attempt => (string?)attempt!["answer"]).ToList();
        Assert.Equal("not found", (string?)lookup["answer"]);
        Assert.Equal("is of another build, 0000000000000000000000000000000B1", attempts[0]);
        Assert.Contains("is not there", attempts);
        Assert.Equal("answered 404", attempts[^1]);
        Assert.Equal("the symbols of test_app.exe were not found", (string?)report["crashing_thread"]!["frames"]![0]!["why"]);
        Assert.Equal("not looked for: no frame is in the module", (string?)report["modules"]![1]!["symbol_lookup"]!["answer"]);

        var text = Text(state, new() { TellsWhy = true });
        Assert.Contains("    No function: the symbols of test_app.exe were not found\n", text);
        Assert.Contains("test_app.exe 5A9832E5287241C1838ED98914E9B7FF1: not found\n", text);
        Assert.Contains("    https://s/x.sym answered 404\n", text);
        Assert.Null(Report(state, JsonOptions.Default)["modules"]![0]!["symbol_lookup"]);
        Assert.DoesNotContain("No function", Text(state, HumanOptions.Default));
    }

    [Theory]
    [InlineData("linux-amd64/jumpnull.dmp", "nothing is mapped at the address")]
    [InlineData("breakpad/exec_av_on_stack.dmp", "the address is in no module")]
    public void Why_an_address_is_in_no_module_is_told(string dump, string why)
    {
        var frames = Report(Walks.Walk(dump), new() { TellsWhy = true })["crashing_thread"]!["frames"]!.AsArray();

        Assert.Contains(why, frames.Select(frame => (string?)frame!["why"]));
        Assert.All(frames, frame => Assert.Null(frame!["jit"]));
    }

    [Theory]
    [InlineData(0x40u, 0x20000u, true)]
    [InlineData(0x04u, 0x20000u, false)]
    [InlineData(0x40u, 0x40000u, false)]
    public void Generated_code_is_called_so(uint protection, uint type, bool isGenerated)
    {
        var synthetic = new SyntheticDump().System(9, 3);
        var context = synthetic.Add(synthetic.Layout().Zeros(1232).Put(48, 0x10000f, 4).Put(248, 0x700010, 8));
        synthetic.Stream(3, synthetic.Layout().U32(1).U32(7).Zeros(36).U32(1232).U32(context));
        synthetic.Stream(6, synthetic.Layout().U32(7).U32(0).U32(0xc0000005).Zeros(148).U32(1232).U32(context));
        synthetic.Stream(16, synthetic.Layout().U32(16).U32(48).U64(1)
            .U64(0x700000).U64(0x700000).U32(protection).U32(0).U64(0x1000).U32(0x1000).U32(protection).U32(type).U32(0));

        var frame = Report(Walks.Walk(synthetic.ToArray()), new() { TellsWhy = true })["crashing_thread"]!["frames"]![0]!;

        Assert.Equal(isGenerated, (bool?)frame["jit"] ?? false);
        Assert.Equal(isGenerated, ((string?)frame["why"])!.EndsWith("generated code", StringComparison.Ordinal));
    }

    [Fact]
    public void Arguments_are_guessed_on_demand()
    {
        var state = Walks.Walk("linux-x86/null.dmp", "symbols-linux");

        var arguments = Report(state, new() { RecoversArguments = true })["crashing_thread"]!["frames"]![1]!["arguments"]!.AsArray();
        Assert.Equal(["this", "int volatile*"], arguments.Take(2).Select(argument => (string?)argument!["type"]));
        Assert.Contains("        arg 0 (this) = 0x00000000\n", Text(state, new() { RecoversArguments = true }));
        Assert.Null(Report(state, JsonOptions.Default)["crashing_thread"]!["frames"]![1]!["arguments"]);
    }

    [Fact]
    public void Source_lines_stand_below_the_frames_of_the_crashed_thread()
    {
        using var folder = new Symbols.TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "crasher.cpp"), string.Concat(Enumerable.Range(1, 300).Select(line => $"line\t{line}\n")));

        var text = Text(Walks.Walk("linux-x86/null.dmp", "symbols-linux"), new() { Sources = new(folder.Path) });

        Assert.Contains("""
                Found by: inlining
                     34 | line    34
                     35 | line    35
                >    36 | line    36
                     37 | line    37
                     38 | line    38
             1  crasher!
            """.ReplaceLineEndings("\n"), text);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[\"\\ud800\"]")]
    [InlineData("")]
    public void What_the_client_calls_json_and_is_none_leaves_a_word(string errors)
    {
        var dump = new SyntheticDump().System(9, 0x8201);
        dump.Stream(0x4d7a0004, System.Text.Encoding.UTF8.GetBytes(errors));
        var state = Walks.Walk(dump.ToArray());

        var report = Report(state, JsonOptions.Default);
        Assert.Null(report["soft_errors"]);
        Assert.Contains("MozSoftErrors is no JSON that could be passed on", report["diagnostics"]!.AsArray().Select(word => (string?)word));
        Assert.Contains("\nUnloaded modules:\n", Text(state, HumanOptions.Default));
    }

    [Fact]
    public void Signers_boot_arguments_and_flipped_bits_are_told_in_text_as_the_peer_does()
    {
        var client = ClientFacts.Read(new Dictionary<string, string> { ["ModuleSignatureInfo"] = """{"Me":["program","gone.dll"]}""" });
        var text = Text(Walks.Walk(FuzzDump.Build(FuzzMachine.All[3])) with { Client = client }, HumanOptions.Default);

        Assert.Contains("  program  1.2.3.4  (main) (Me)\n", text);
        Assert.Contains("  gone.dll (Me)\n", text);
        Assert.Contains("\nMac Boot Args: -v keepsyms=1\n", text);
        Assert.Matches(@"\(0\.663\)\n.*\(0\.625\)\n.*\(0\.438\)\n.*\(0\.250\)\n", text);
    }

    static Minidump Synthetic(int machine)
    {
        Assert.True(Minidump.TryOpen(FuzzDump.Build(FuzzMachine.All[machine]), Limits.Default, out var dump, out _));
        return dump;
    }

    static JsonNode Report(ProcessState state, JsonOptions options) => JsonNode.Parse(JsonReport.ToUtf8(state, options).Span)!;

    static string Text(ProcessState state, HumanOptions options)
    {
        using var output = new StringWriter();
        HumanReport.Write(state, output, options);
        return output.ToString();
    }
}
