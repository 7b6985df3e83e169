internal import Commands

KindredProgram.main()
