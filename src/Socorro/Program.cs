using Socorro.Cli;

return await Verbs.RunAsync(args);
