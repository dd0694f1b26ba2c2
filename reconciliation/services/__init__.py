"""What is done in this room; every act is one function with keyword arguments, and audits itself."""
