Console.Error.WriteLine("socorro: no verbs yet");
return 2;
